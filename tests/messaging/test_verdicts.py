"""F3, F11: advertising goes to whom it may, and what staff have closed goes to nobody."""

import pytest

from coupons.models import IssuedCoupon
from crm.campaigns.coupon_messages.settings import settings_of
from messaging.models import (
    Channel,
    ClosedFeature,
    Feature,
    OptOut,
    OptOutSource,
    Run,
    SendingSettings,
    State,
)
from messaging.opt_outs import opt_out as refuse
from messaging.outbox import write_test
from orders.models import Consent, ConsentKind
from tests import factories as make
from tests.crm.street import (
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
    tick,
)
from tests.messaging.post import AGREED, advertising_shop, reader, send

pytestmark = pytest.mark.django_db
TEXT = ConsentKind.TEXT


def opt_out(shop, channel, address, at=NOW):
    OptOut.objects.create(
        shop=shop, channel=channel, address=address, at=at, source=OptOutSource.NUMBER
    )


def end(shop):
    message = only_message(shop)
    return message.state, message.reason


@pytest.mark.parametrize("channel", AGREED)
def test_f3_advertising_needs_consent_for_its_own_channel(channel):
    shop = advertising_shop(channel, title="새 쿠폰")
    others = [kind for kind in ConsentKind if kind != AGREED[channel]]
    reader(shop, *others, app_token="token", email_verified_at=NOW - DAY)
    assert tick(shop) == {"no_consent": 1}


@pytest.mark.parametrize("channel", AGREED)
def test_f3_who_consented_gets_it(channel):
    shop = advertising_shop(channel, title="새 쿠폰")
    reader(shop, AGREED[channel], app_token="token", email_verified_at=NOW - DAY)
    assert tick(shop) == {"": 1}
    send(shop)
    assert end(shop) == (State.DELIVERED, "")


def test_f3_the_inbox_asks_for_no_consent():
    shop = advertising_shop(Channel.INBOX, title="새 쿠폰")
    reader(shop)
    assert tick(shop) == {"": 1}


@pytest.mark.parametrize(
    ("since", "until", "given", "planned"),
    [
        (NOW, None, True, True),
        (NOW + HOUR, None, True, False),
        (NOW - DAY, NOW, True, False),
        (NOW - DAY, NOW + HOUR, True, True),
        (NOW - DAY, None, False, False),
    ],
)
def test_f3_a_consent_counts_as_of_the_tick(since, until, given, planned):
    shop = advertising_shop()
    make.ConsentFactory(customer=reader(shop), since=since, until=until, given=given)
    assert tick(shop) == ({"": 1} if planned else {"no_consent": 1})


def test_f3_who_refused_is_left_out_however_he_consented():
    shop = advertising_shop()
    opt_out(shop, Channel.TEXT, reader(shop, TEXT).phone)
    assert tick(shop) == {"opted_out": 1}


def test_f2_who_refused_by_a_letters_link_is_told_as_that_though_it_ended_the_consent():
    shop = advertising_shop(Channel.EMAIL, title="새 쿠폰")
    customer = reader(shop, ConsentKind.EMAIL, email_verified_at=NOW - DAY)
    refuse(
        shop=shop,
        channel=Channel.EMAIL,
        address=customer.email,
        source=OptOutSource.LINK,
        now=NOW - HOUR,
        customer=customer,
    )
    assert not Consent.objects.filter(customer=customer, given=True, until=None).exists()
    assert tick(shop) == {"opted_out": 1}


def test_f3_f10_a_refusal_holds_for_its_channel_and_shop_alone():
    shop, other = advertising_shop(), advertising_shop()
    customer = reader(shop, TEXT)
    opt_out(shop, Channel.EMAIL, customer.phone)
    opt_out(other, Channel.TEXT, customer.phone)
    assert tick(shop) == {"": 1}


def test_f3_a_refusal_that_comes_while_it_waits_is_heard():
    shop = advertising_shop()
    customer = reader(shop, TEXT)
    tick(shop)
    opt_out(shop, Channel.TEXT, customer.phone)
    assert send(shop) == {State.LEFT_OUT: 1}
    assert end(shop) == (State.LEFT_OUT, "opted_out")


def test_f3_a_consent_that_is_withdrawn_while_it_waits_counts_no_more():
    shop = advertising_shop()
    customer = reader(shop, TEXT)
    reader(shop, TEXT)
    tick(shop)
    Consent.objects.filter(customer=customer).update(until=NOW)
    send(shop)
    assert [m.reason for m in messages(shop)] == ["no_consent", ""]


def test_f3_a_refusal_of_the_new_address_is_heard_too():
    shop = advertising_shop()
    customer = reader(shop, TEXT)
    tick(shop)
    change(customer, phone="+821000000077")
    opt_out(shop, Channel.TEXT, "+821000000077")
    assert send(shop) == {State.LEFT_OUT: 1}


@pytest.mark.parametrize("verified", [None, NOW + HOUR])
def test_f3_email_goes_to_verified_addresses_alone(verified):
    shop = advertising_shop(Channel.EMAIL, title="새 쿠폰")
    reader(shop, ConsentKind.EMAIL, email_verified_at=verified)
    assert tick(shop) == {"unverified": 1}


def test_f3_what_is_left_out_for_want_of_consent_is_not_decided_again():
    shop = advertising_shop()
    customer = reader(shop)
    tick(shop)
    make.ConsentFactory(customer=customer, since=NOW)
    assert tick(shop, NOW + TICK) == {}


def test_f3_information_asks_for_nothing_of_that():
    shop = advertising_shop()
    customer = add_customer(shop)
    give(customer, add_coupon(shop))
    opt_out(shop, Channel.ALIMTALK, customer.phone)
    assert tick(shop) == {"": 1}
    assert send(shop) == {State.DELIVERED: 1}


@pytest.mark.parametrize("feature", [Feature.TEXT, Feature.ADVERTISING])
def test_f11_a_closed_feature_leaves_out_and_is_made_up_for(feature):
    shop = advertising_shop()
    reader(shop, TEXT)
    closed = ClosedFeature.objects.create(shop=shop, feature=feature)
    assert tick(shop) == {"no_gateway": 1}
    assert tick(shop, NOW + TICK) == {}
    closed.delete()
    assert tick(shop, NOW + 2 * TICK) == {"": 1}
    assert send(shop, NOW + 2 * TICK) == {State.DELIVERED: 1}


def test_f11_what_is_closed_while_it_waits_goes_when_it_is_opened():
    shop = advertising_shop(Channel.PUSH, title="새 쿠폰")
    reader(shop, ConsentKind.PUSH, app_token="token")
    tick(shop)
    closed = ClosedFeature.objects.create(shop=shop, feature=Feature.PUSH)
    assert send(shop) == {State.LEFT_OUT: 1}
    assert end(shop) == (State.LEFT_OUT, "no_gateway")
    closed.delete()
    assert tick(shop, NOW + TICK) == {"": 1}
    assert send(shop, NOW + TICK) == {State.DELIVERED: 1}


@pytest.mark.parametrize("feature", [Feature.EMAIL, Feature.PUSH, Feature.INBOX])
def test_f11_other_features_and_other_shops_stay_open(feature):
    shop = advertising_shop()
    reader(shop, TEXT)
    give(add_customer(shop), add_coupon(shop))
    ClosedFeature.objects.create(shop=shop, feature=feature)
    ClosedFeature.objects.create(shop=advertising_shop(), feature=Feature.TEXT)
    assert tick(shop) == {"": 2}


def test_f11_closed_advertising_lets_information_through():
    shop = advertising_shop()
    give(add_customer(shop), add_coupon(shop))
    ClosedFeature.objects.create(shop=shop, feature=Feature.ADVERTISING)
    assert tick(shop) == {"": 1}


def test_f11_a_suspended_shop_plans_and_sends_nothing_and_catches_up():
    shop = advertising_shop()
    reader(shop, TEXT)
    tick(shop)
    change(IssuedCoupon.objects.get(customer=reader(shop, TEXT)), learned_at=NOW + TICK)
    SendingSettings.objects.filter(shop=shop).update(suspended_at=NOW)
    assert (tick(shop, NOW + TICK), send(shop, NOW + TICK)) == ({}, {})
    SendingSettings.objects.filter(shop=shop).update(suspended_at=None)
    assert tick(shop, NOW + 2 * TICK) == {"": 1}
    assert send(shop, NOW + 2 * TICK) == {State.DELIVERED: 2}


def a_test(shop, address="+821000000001"):
    """A test of the advertising, to a number that was typed in (A8)."""
    run = Run.objects.create(shop=shop, kind="coupon_issued", label="x", is_test=True, as_of=NOW)
    template = settings_of(shop).advertising_template
    assert template and template.current
    return write_test(
        run=run,
        gateway=shop.gateways.get(channel=Channel.TEXT),
        revision=template.current,
        address=address,
        variables=make.coupon_values(),
        url="",
        now=NOW,
    )


def test_a8_a_test_needs_no_consent():
    shop = advertising_shop()
    a_test(shop)
    assert send(shop) == {State.DELIVERED: 1}


def test_a8_f11_a_test_goes_by_no_closed_channel():
    shop = advertising_shop()
    a_test(shop)
    ClosedFeature.objects.create(shop=shop, feature=Feature.TEXT)
    send(shop)
    assert end(shop) == (State.LEFT_OUT, "no_gateway")
