"""F5: the page of points."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from messaging.ledger import PAGE_SIZE, find_page, spent_this_month
from messaging.models import PointsEntry, Recharge, RechargeState
from messaging.payments import request_recharge
from messaging.wallets import recharge, set_low_at, wallet_of
from tests import factories as make
from tests.cast import the_cast  # noqa: F401 - a fixture
from tests.factories import NOW
from tests.messaging.purse import freeze, settle, shop_with_points, waiting_batch

pytestmark = pytest.mark.django_db
POINTS = reverse("messaging:points")
ASK = reverse("messaging:request_recharge")
LOW = reverse("messaging:low_points")


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW, tick=False):
        yield


def text(response):
    return response.content.decode()


def cancel_url(asked):
    return reverse("messaging:cancel_recharge", args=[asked.pk])


def add_entries(shop, count):
    for n in range(count):
        recharge(shop=shop, points=1, step=f"recharge:x{n}", note=f"note {n:03}", now=NOW)


def test_f5_a_shop_without_points_is_told_what_to_do_first(cast):
    page = text(cast.owner.get(POINTS))
    assert "아직 포인트가 없어요" in page
    assert 'href="#recharge"' in page
    assert 'href="#recharge"' not in text(cast.viewer.get(POINTS))


def test_f5_the_balance_and_what_it_was_spent_on_are_shown(cast):
    recharge(shop=cast.shop, points=54_321, step="recharge:1", note="DG1", now=NOW)
    settle(freeze(waiting_batch(cast.shop, 100, fallback=12)), failed=10)
    for client in (cast.owner, cast.manager, cast.viewer):
        page = text(client.get(POINTS))
        assert all(figure in page for figure in ("53,241", "360", "720", "DG1"))
        assert f'href="{reverse("crm:coupon_messages")}"' in page


def test_f5_another_shops_points_are_not_shown(cast):
    recharge(shop=make.ShopFactory(), points=54_321, step="recharge:1", note="DG1", now=NOW)
    page = text(cast.owner.get(POINTS))
    assert "54,321" not in page
    assert "DG1" not in page


def test_f5_a_test_is_marked_in_the_ledger(cast):
    recharge(shop=cast.shop, points=100, step="recharge:1", now=NOW)
    batch = waiting_batch(cast.shop, 1)
    batch.run.is_test = True
    batch.run.save()
    freeze(batch)
    assert '<span class="tag">' in text(cast.owner.get(POINTS))


def test_f5_the_owner_asks_for_points_and_is_told_how_to_pay(cast, settings):
    settings.BANK_ACCOUNT = "국민 123-45 단골"
    page = text(cast.owner.post(ASK, {"points": "50000"}, follow=True))
    asked = Recharge.objects.get(shop=cast.shop)
    assert (asked.points, asked.requested_by) == (50_000, cast.users["owner"].email)
    assert "국민 123-45 단골" in page
    assert asked.reference in page
    assert "₩50,000" in page


@pytest.mark.parametrize("points", ["", "0", "-1000", "1500", "999", "20000000", "lots"])
def test_f5_what_can_not_be_asked_for_is_an_error_beside_the_field(cast, points):
    response = cast.owner.post(ASK, {"points": points})
    assert response.status_code == 422
    assert 'aria-invalid="true"' in text(response)
    assert Recharge.objects.count() == 0


def test_f5_a_second_click_asks_for_nothing_more(cast):
    codes = [cast.owner.post(ASK, {"points": "50000"}).status_code for _ in range(2)]
    assert codes == [302, 422]
    assert Recharge.objects.count() == 1


def test_f5_the_owner_cancels_a_request_once(cast):
    asked = request_recharge(shop=cast.shop, points=1000, user=cast.users["owner"], now=NOW)
    assert "더는 입금하지" in text(cast.owner.post(cancel_url(asked), follow=True))
    asked.refresh_from_db()
    assert asked.state == RechargeState.CANCELLED
    assert "이미" in text(cast.owner.post(cancel_url(asked), follow=True))


@pytest.mark.parametrize("who", ["manager", "viewer"])
def test_f5_only_the_owner_recharges_and_sets_the_notice(cast, who):
    client = getattr(cast, who)
    asked = request_recharge(shop=cast.shop, points=1000, user=cast.users["owner"], now=NOW)
    codes = {client.post(url).status_code for url in (ASK, LOW, cancel_url(asked))}
    assert codes == {403}
    page = text(client.get(POINTS))
    assert all(url not in page for url in (ASK, LOW, cancel_url(asked)))


def test_f10_another_shops_request_is_not_found(cast):
    shop = make.ShopFactory()
    asked = request_recharge(shop=shop, points=1000, user=cast.users["owner"], now=NOW)
    assert cast.owner.post(cancel_url(asked)).status_code == 404


@pytest.mark.parametrize(("typed", "kept"), [("5000", 5000), ("", None)])
def test_f5_the_owner_sets_when_to_be_told(cast, typed, kept):
    set_low_at(shop=cast.shop, user=cast.users["owner"], low_at=7, now=NOW)
    assert cast.owner.post(LOW, {"low_at": typed}).status_code == 302
    assert wallet_of(cast.shop).low_at == kept


def test_f5_a_notice_that_makes_no_sense_is_refused(cast):
    assert cast.owner.post(LOW, {"low_at": "-5"}).status_code == 422
    assert wallet_of(cast.shop).low_at is None


def test_f5_a_low_balance_is_said_on_the_page(cast):
    recharge(shop=cast.shop, points=4_999, step="recharge:1", now=NOW)
    set_low_at(shop=cast.shop, user=cast.users["owner"], low_at=4_999, now=NOW)
    assert "points-low" not in text(cast.viewer.get(POINTS))
    set_low_at(shop=cast.shop, user=cast.users["owner"], low_at=5_000, now=NOW)
    assert "points-low" in text(cast.viewer.get(POINTS))


def steps(page):
    return [line.entry.note for line in page.lines]


def test_f5_the_ledger_is_paged_both_ways_without_a_gap():
    shop = make.ShopFactory()
    add_entries(shop, 7)
    first = find_page(shop=shop, size=3)
    second = find_page(shop=shop, older=first.older, size=3)
    third = find_page(shop=shop, older=second.older, size=3)
    notes = [f"note {n:03}" for n in range(6, -1, -1)]
    assert steps(first) + steps(second) + steps(third) == notes
    assert (first.newer, third.older) == (None, None)
    assert steps(find_page(shop=shop, newer=third.newer, size=3)) == steps(second)
    assert steps(find_page(shop=shop, newer=second.newer, size=3)) == steps(first)
    assert find_page(shop=shop, older=0).lines == []


def test_f5_the_pages_lead_to_each_other(cast):
    add_entries(cast.shop, PAGE_SIZE + 1)
    newest, oldest = PointsEntry.objects.order_by("-pk")[0], PointsEntry.objects.order_by("pk")[0]
    page = text(cast.owner.get(POINTS))
    last = PointsEntry.objects.order_by("-pk")[PAGE_SIZE - 1]
    assert (newest.note in page, oldest.note in page) == (True, False)
    assert f'href="?older={last.pk}"' in page
    page = text(cast.owner.get(POINTS, {"older": last.pk}))
    assert (newest.note in page, oldest.note in page) == (False, True)
    assert f'href="?newer={oldest.pk}"' in page


def test_f5_the_page_asks_the_same_few_questions_however_much_there_is(cast):
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert cast.owner.get(POINTS).status_code == 200
        return len(asked)

    queries()
    empty = queries()
    recharge(shop=cast.shop, points=9_000, step="recharge:1", now=NOW)
    for _ in range(10):
        settle(freeze(waiting_batch(cast.shop, 10)))
    for n in range(3):
        request_recharge(shop=cast.shop, points=1000 * (n + 1), user=cast.users["owner"], now=NOW)
    assert queries() == empty


def test_f5_a_month_begins_by_the_shops_clock():
    shop = shop_with_points(1000)
    seoul = ZoneInfo("Asia/Seoul")
    begins = NOW.astimezone(seoul).replace(day=1, hour=0, minute=0)
    for at, size in ((begins, 1), (begins - timedelta(minutes=1), 10)):
        settle(freeze(waiting_batch(shop, size), now=at), now=at)
    with timezone.override(seoul):
        assert spent_this_month(shop, NOW) == 8
