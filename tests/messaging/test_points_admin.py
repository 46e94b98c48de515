"""F5: staff set prices, confirm payments, and correct balances; the ledger they only read."""

import re

import pytest
import time_machine
from django.urls import reverse

from messaging.models import PointsEntry, Price, RechargeState, Service
from messaging.payments import request_recharge
from orders.models import AuditEvent
from tests import factories as make
from tests.factories import NOW
from tests.messaging.purse import columns, entries, freeze, shop_with_points, waiting_batch

pytestmark = pytest.mark.django_db
RECHARGES = reverse("admin:messaging_recharge_changelist")
CORRECT = reverse("admin:messaging_pointsentry_add")
LEDGER = reverse("admin:messaging_pointsentry_changelist")
WALLETS = reverse("admin:messaging_wallet_changelist")


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def staff(client):
    client.user = make.UserFactory(is_staff=True)
    client.force_login(client.user)
    return client


def asked(points=1000):
    shop = make.ShopFactory()
    return request_recharge(shop=shop, points=points, user=make.UserFactory(), now=NOW)


def act(client, action, *recharges):
    chosen = {"action": action, "_selected_action": [each.pk for each in recharges]}
    return client.post(RECHARGES, chosen, follow=True).content.decode()


def correction(client, shop, delta, note="두 번 입금된 금액"):
    page = client.get(CORRECT).content.decode()
    (key,) = re.findall(r'name="key" value="([0-9a-f-]+)"', page)
    return {"shop": shop.pk, "delta": delta, "note": note, "key": key}


def test_f5_staff_mark_requests_as_paid_however_often_they_click(staff):
    first, second = asked(1000), asked(2000)
    assert "2건을 입금 처리" in act(staff, "mark_as_paid", first, second)
    assert "0건을 입금 처리" in act(staff, "mark_as_paid", first, second)
    assert (columns(first.shop), columns(second.shop)) == ((1000, 0, 0), (2000, 0, 0))
    event = AuditEvent.objects.get(shop=first.shop, action="confirm_recharge")
    assert event.user == staff.user


def test_f5_staff_cancel_a_request(staff):
    request = asked()
    act(staff, "cancel", request)
    act(staff, "mark_as_paid", request)
    request.refresh_from_db()
    assert (request.state, columns(request.shop)) == (RechargeState.CANCELLED, (0, 0, 0))


def test_f5_staff_set_a_price(staff):
    Price.objects.update_or_create(service=Service.SMS, defaults={"points": 12})
    url = reverse("admin:messaging_price_change", args=[Service.SMS])
    assert staff.post(url, {"points": "13"}).status_code == 302
    assert staff.post(url, {"points": "100001"}).status_code == 200
    assert Price.objects.get(service=Service.SMS).points == 13


def test_f5_staff_correct_a_balance_with_a_note_once(staff):
    shop = shop_with_points(100)
    data = correction(staff, shop, -30)
    codes = [staff.post(CORRECT, data).status_code for _ in range(2)]
    assert (codes, columns(shop)) == ([302, 302], (70, 0, 0))
    assert entries(shop)[-1].note == "두 번 입금된 금액"
    assert AuditEvent.objects.get(shop=shop).user == staff.user


@pytest.mark.parametrize(
    "change",
    [
        *({"delta": "-21"}, {"delta": "0"}, {"delta": ""}, {"shop": "0"}),
        *({"note": ""}, {"note": "두 번\u202e입금"}),
    ],
)
def test_f5_a_correction_that_makes_no_sense_is_refused(staff, change):
    shop = shop_with_points(100)
    freeze(waiting_batch(shop, 10))
    response = staff.post(CORRECT, correction(staff, shop, 5) | change)
    assert response.status_code == 200
    assert "errorlist" in response.content.decode()
    assert columns(shop) == (20, 80, 0)


def test_f5_nothing_in_the_ledger_can_be_changed(staff):
    shop = shop_with_points(100)
    batch = freeze(waiting_batch(shop, 10))
    for entry in entries(shop):
        url = reverse("admin:messaging_pointsentry_change", args=[entry.pk])
        assert staff.get(url).status_code == 200
        assert staff.post(url, {"note": "other"}).status_code == 403
        gone = reverse("admin:messaging_pointsentry_delete", args=[entry.pk])
        assert staff.post(gone, {"post": "yes"}).status_code == 403
    assert PointsEntry.objects.filter(shop=shop).count() == 2
    assert f"/batch/{batch.pk}/change/" in staff.get(LEDGER).content.decode()


def test_f5_a_wallet_leads_to_its_ledger_alone(staff):
    mine, other = shop_with_points(111), shop_with_points(222)
    page = staff.get(WALLETS).content.decode()
    link = f"{LEDGER}?shop__id__exact={mine.pk}"
    assert link in page
    ledger = staff.get(link).content.decode()
    assert (">111<" in ledger, ">222<" in ledger) == (True, False)
    url = reverse("admin:messaging_wallet_change", args=[other.pk])
    assert staff.post(url, {"available": "9"}).status_code == 403


def test_f5_who_is_no_staff_confirms_no_payment(client):
    request = asked()
    client.force_login(make.MembershipFactory(shop=request.shop).user)
    act(client, "mark_as_paid", request)
    request.refresh_from_db()
    assert request.state == RechargeState.REQUESTED
