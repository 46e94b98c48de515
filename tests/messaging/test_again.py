"""F1: what nobody knows of is sent again by a person's decision alone, and once."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import override

from coupons.models import Coupon, IssuedCoupon
from crm.models import CouponNotice, Kind
from messaging.again import send_again, standing
from messaging.dispatch import dispatch
from messaging.models import Gateway, Message, State
from orders.models import AuditEvent, Role
from tests import factories as make
from tests.cast import logged_in
from tests.crm.street import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    add_coupon,
    add_customer,
    change,
    give,
    messages,
    only_message,
    open_shop,
    text,
    tick,
)

pytestmark = pytest.mark.django_db

LATER = NOW + HOUR


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


@pytest.fixture
def shop():
    """One message whose provider's answer was lost for good, about two coupons."""
    shop = open_shop(Kind.ISSUED)
    customer = add_customer(shop, phone="+821000000001")
    for name in ("첫째 쿠폰", "둘째 쿠폰"):
        give(customer, add_coupon(shop, name))
    tick(shop)
    batch = only_message(shop).batch
    change(batch, state=State.UNKNOWN, settled_at=NOW, frozen_at=NOW)
    return shop


@pytest.fixture
def manager(shop):
    return make.MembershipFactory(shop=shop, role=Role.MANAGER).user


def again(shop, manager, now=LATER):
    return send_again(message=messages(shop)[0], user=manager, now=now)


def test_f1_it_goes_out_again_and_both_know_of_each_other(shop, manager):
    new = again(shop, manager)
    dispatch(now=LATER, shop=shop)
    first, second = messages(shop)
    assert (first.state, second.state) == (State.UNKNOWN, State.DELIVERED)
    assert text(second) == text(first)
    assert standing(first).sent_again == new.pk
    assert standing(second).original == first.pk
    assert (second.batch.run.kind, second.batch.run.is_test) == ("again", False)
    assert second.batch.run.label == first.batch.run.label


def test_f1_it_is_sent_again_once(shop, manager):
    again(shop, manager)
    with pytest.raises(ValidationError, match="already"):
        again(shop, manager, LATER + MINUTE)
    assert Message.objects.for_shop(shop).count() == 2


@pytest.mark.parametrize("state", [s for s in State if s != State.UNKNOWN and s.value > 1])
def test_f1_what_is_known_of_is_not_sent_again(shop, manager, state):
    make.OutcomeFactory(message=messages(shop)[0], state=state)
    with pytest.raises(ValidationError, match="known"):
        again(shop, manager)


def test_f1_a_message_of_its_own_fate_unknown_is_sent_again(shop, manager):
    message = messages(shop)[0]
    change(message.batch, state=State.DELIVERED)
    make.OutcomeFactory(message=message, state=State.UNKNOWN)
    assert again(shop, manager).address == message.address


def test_a7_what_it_was_about_is_asked_again(shop, manager):
    IssuedCoupon.objects.filter(shop=shop).update(used_at=NOW)
    with pytest.raises(ValidationError, match="no longer"):
        again(shop, manager)


def test_a7_a_lost_coupon_leaves_the_bundle(shop, manager):
    change(IssuedCoupon.objects.get(shop=shop, coupon__name="첫째 쿠폰"), used_at=NOW)
    new = again(shop, manager)
    assert (new.variables["coupon"], new.variables["more"]) == ("둘째 쿠폰", 0)


def test_a9_asking_leaves_the_first_one_as_it_is(shop, manager):
    Coupon.objects.filter(shop=shop).update(grant_basis="")
    with pytest.raises(ValidationError, match="basis"):
        again(shop, manager)
    assert not CouponNotice.objects.filter(shop=shop, waiting=True).exists()


def test_f1_it_goes_to_todays_address(shop, manager):
    change(messages(shop)[0].customer, phone="+821000000002")
    assert again(shop, manager).address == "+821000000002"


def test_f1_without_an_address_or_a_way_out_it_is_refused(shop, manager):
    Gateway.every.filter(shop=shop).update(provider="")
    with pytest.raises(ValidationError, match="connected"):
        again(shop, manager)
    change(messages(shop)[0].customer, phone="")
    with pytest.raises(ValidationError, match="no address"):
        again(shop, manager)


def test_f9_nobody_writes_to_the_erased(shop, manager):
    change(messages(shop)[0], customer=None, variables={})
    with pytest.raises(ValidationError, match="erased"):
        again(shop, manager)


def test_a3_the_first_ones_coupons_are_not_decided_again(shop, manager):
    again(shop, manager)
    assert tick(shop, NOW + DAY) == {}


def test_f1_a_manager_is_asked_and_it_is_on_record(shop, manager):
    message = messages(shop)[0]
    client, path = logged_in(manager), reverse("messaging:again", args=[message.pk])
    page = client.get(reverse("messaging:message", args=[message.pk])).content.decode()
    assert path in page
    assert client.get(path).status_code == 200
    assert Message.objects.for_shop(shop).count() == 1
    answer = client.post(path)
    new = messages(shop)[-1]
    assert answer["Location"] == reverse("messaging:message", args=[new.pk])
    event = AuditEvent.objects.get(shop=shop, action="send_again")
    assert (event.user, event.reason) == (manager, f"message:{message.pk}")
    assert client.get(path).status_code == 404
    assert client.post(path).status_code == 422


def test_f1_a_viewer_is_not_offered_it(shop):
    viewer = make.MembershipFactory(shop=shop, role=Role.VIEWER).user
    message = messages(shop)[0]
    path = reverse("messaging:again", args=[message.pk])
    page = logged_in(viewer).get(reverse("messaging:message", args=[message.pk]))
    assert path not in page.content.decode()
    assert logged_in(viewer).post(path).status_code == 403
