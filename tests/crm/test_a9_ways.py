"""A9: without a grant basis a coupon's message goes by advertising, with one by Alimtalk."""

import pytest

from coupons.models import Coupon
from crm.campaigns.coupon_messages.settings import settings_of
from crm.models import CouponNotice, Job, Kind
from crm.rehearsals.replaying import rehearse
from messaging.integrity import find_broken
from messaging.models import Channel, Gateway, MessageTemplate, PastReason, Purpose, State
from orders.models import ConsentKind
from tests import factories as make
from tests.crm.street import (
    BASIS,
    DAY,
    HOUR,
    NOW,
    TICK,
    add_coupon,
    add_customer,
    change,
    give,
    messages,
    only_message,
    open_shop,
    tick,
    told_by,
)
from tests.messaging.post import advertise, advertising_shop, reader, send

pytestmark = pytest.mark.django_db
TEXT = ConsentKind.TEXT


def advertising(shop):
    """The wording of the shop's advertising in use."""
    template = settings_of(shop).advertising_template
    assert template
    return template.current


def ways_taken(shop):
    """The channel, address and purpose of each message."""
    return [(m.batch.channel, m.address, m.batch.revision.template.purpose) for m in messages(shop)]


@pytest.mark.parametrize(
    ("channel", "kind", "field"),
    [
        (Channel.TEXT, ConsentKind.TEXT, "phone"),
        (Channel.EMAIL, ConsentKind.EMAIL, "email"),
        (Channel.PUSH, ConsentKind.PUSH, "app_token"),
    ],
)
def test_a9_without_a_basis_it_goes_by_the_chosen_channel(channel, kind, field):
    shop = advertising_shop(channel, title="새 쿠폰")
    customer = reader(shop, kind, app_token="token", email_verified_at=NOW - DAY)
    assert tick(shop) == {"": 1}
    assert ways_taken(shop) == [(channel, getattr(customer, field), Purpose.ADVERTISING)]
    message = only_message(shop)
    assert message.batch.gateway == Gateway.objects.get(shop=shop, channel=channel)
    assert message.batch.revision == advertising(shop)
    assert send(shop) == {State.DELIVERED: 1}
    assert only_message(shop).address == getattr(customer, field)


def test_a9_with_a_basis_it_goes_by_alimtalk():
    shop = advertising_shop()
    customer = add_customer(shop)
    give(customer, add_coupon(shop))
    assert tick(shop) == {"": 1}
    assert ways_taken(shop) == [(Channel.ALIMTALK, customer.phone, Purpose.INFORMATION)]


def test_a9_where_none_is_chosen_it_is_left_out():
    shop = open_shop(Kind.ISSUED)
    reader(shop, TEXT)
    assert tick(shop) == {"no_grant_basis": 1}


def test_a9_the_expiry_message_goes_the_same_ways():
    shop = open_shop(Kind.EXPIRING)
    advertise(shop)
    customer = add_customer(shop)
    make.ConsentFactory(customer=customer)
    give(customer, add_coupon(shop, basis=""), expires_at=NOW + 12 * HOUR)
    give(customer, add_coupon(shop), expires_at=NOW + 12 * HOUR)
    assert tick(shop) == {"": 2}
    assert {channel for channel, _address, _purpose in ways_taken(shop)} == {
        Channel.TEXT,
        Channel.ALIMTALK,
    }


def test_a3_a9_chosen_later_it_is_decided_again_on_the_same_row():
    shop = open_shop(Kind.ISSUED)
    reader(shop, TEXT)
    tick(shop)
    (before,) = messages(shop)
    assert before.reason == "no_grant_basis"
    advertise(shop)
    assert tick(shop, NOW + TICK) == {"": 1}
    after = only_message(shop)
    assert (after.pk, after.batch.channel) == (before.pk, Channel.TEXT)
    assert PastReason.objects.get(message=after).reason == "no_grant_basis"
    assert send(shop, NOW + TICK) == {State.DELIVERED: 1}
    assert find_broken(shop) == []


def test_a3_a9_by_email_its_address_follows_the_way():
    shop = open_shop(Kind.ISSUED)
    customer = reader(shop, ConsentKind.EMAIL, email_verified_at=NOW - DAY)
    tick(shop)
    advertise(shop, Channel.EMAIL, title="새 쿠폰")
    tick(shop, NOW + TICK)
    assert only_message(shop).address == customer.email


def test_a3_a9_a_basis_given_later_lets_it_go_by_alimtalk():
    shop = open_shop(Kind.ISSUED)
    reader(shop)
    tick(shop)
    (before,) = messages(shop)
    Coupon.objects.filter(shop=shop).update(grant_basis=BASIS)
    assert tick(shop, NOW + TICK) == {"": 1}
    after = only_message(shop)
    assert (after.pk, after.batch.channel, after.variables["basis"]) == (
        before.pk,
        Channel.ALIMTALK,
        BASIS,
    )


def test_a3_a9_a_basis_given_to_what_waited_for_a_text_lets_it_go_by_alimtalk():
    shop = advertising_shop()
    customer = reader(shop, TEXT, phone="")
    tick(shop)
    assert only_message(shop).reason == "no_address"
    Coupon.objects.filter(shop=shop).update(grant_basis=BASIS)
    change(customer, phone="+821000000009")
    assert tick(shop, NOW + TICK) == {"": 1}
    assert only_message(shop).batch.channel == Channel.ALIMTALK
    assert find_broken(shop) == []


def test_a5_a9_bundles_do_not_mix():
    shop = advertising_shop()
    customer = reader(shop, TEXT)
    give(customer, add_coupon(shop, "둘째 쿠폰", basis=""))
    give(customer, add_coupon(shop, "셋째 쿠폰"))
    assert tick(shop) == {"": 2}
    told = {m.batch.channel: len(told_by(m)) for m in messages(shop)}
    assert told == {Channel.TEXT: 2, Channel.ALIMTALK: 1}


def test_a2_a9_an_override_is_for_the_alimtalk_alone():
    shop = advertising_shop()
    own = make.MessageTemplateFactory(shop=shop)
    customer = add_customer(shop)
    make.ConsentFactory(customer=customer)
    give(customer, add_coupon(shop, basis="", issue_template=own))
    tick(shop)
    assert only_message(shop).batch.revision == advertising(shop)


def test_a7_a9_advertising_is_not_asked_for_a_basis_as_it_goes():
    shop = advertising_shop()
    reader(shop, TEXT)
    tick(shop)
    assert send(shop) == {State.DELIVERED: 1}


def test_a7_a9_a_used_coupon_leaves_the_advertising_bundle():
    shop = advertising_shop()
    customer = reader(shop, TEXT)
    second = give(customer, add_coupon(shop, "둘째 쿠폰", basis=""))
    tick(shop)
    change(second, used_at=NOW)
    assert send(shop) == {State.DELIVERED: 1}
    assert only_message(shop).variables["more"] == 0


def test_a9_templates_without_wording_leave_out_each_way_by_itself():
    shop = advertising_shop()
    reader(shop, TEXT)
    customer = add_customer(shop)
    give(customer, add_coupon(shop))
    MessageTemplate.objects.filter(shop=shop).update(current=None)
    assert tick(shop) == {"no_template": 2}
    assert {m.batch.channel for m in messages(shop)} == {Channel.TEXT, Channel.ALIMTALK}
    assert find_broken(shop) == []


def test_a9_a_channel_that_is_not_connected_leaves_out_its_own_way_alone():
    shop = advertising_shop()
    reader(shop, TEXT)
    give(add_customer(shop), add_coupon(shop))
    Gateway.objects.filter(shop=shop, channel=Channel.TEXT).update(provider="")
    assert tick(shop) == {"no_gateway": 1, "": 1}
    Gateway.every.filter(shop=shop, channel=Channel.TEXT).update(provider="phone")
    assert tick(shop, NOW + TICK) == {"": 1}
    assert find_broken(shop) == []


def test_a9_everyone_is_decided_once_whatever_the_way():
    shop = advertising_shop()
    for basis in ("", BASIS):
        customer = reader(shop, TEXT)
        give(customer, add_coupon(shop, basis=basis))
    tick(shop)
    assert CouponNotice.objects.filter(shop=shop).count() == 4
    assert tick(shop, NOW + TICK) == {}


@pytest.mark.django_db(transaction=True)
def test_a9_a_rehearsal_takes_the_same_ways():
    shop = advertising_shop()
    reader(shop, TEXT)
    reader(shop)
    give(add_customer(shop), add_coupon(shop))
    rows = list(rehearse(shop=shop, start=NOW, end=NOW + DAY, jobs=[Job.COUPON_ISSUED]))
    assert sorted((row.channel, row.reason) for row in rows) == [
        ("alimtalk", ""),
        ("text", ""),
        ("text", "no_consent"),
    ]
    assert messages(shop) == []


@pytest.mark.django_db(transaction=True)
def test_a9_f3_a_rehearsal_takes_consents_as_of_then():
    shop = advertising_shop()
    make.ConsentFactory(customer=reader(shop), since=NOW - DAY, until=NOW + HOUR)
    rows = list(rehearse(shop=shop, start=NOW, end=NOW + DAY, jobs=[Job.COUPON_ISSUED]))
    assert [row.reason for row in rows] == [""]
