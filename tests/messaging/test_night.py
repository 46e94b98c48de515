"""F3, F4: advertising keeps the law's hours, when it is planned and when it is sent."""

import pytest

from messaging.dispatch import dispatch
from messaging.errands import LATEST_BEGINNING
from messaging.gateways import Busy
from messaging.models import Batch, Channel, State
from messaging.reading import chip_words
from orders.models import Consent, ConsentKind, Country
from tests import factories as make
from tests.crm.street import (
    MINUTE,
    TICK,
    add_coupon,
    add_customer,
    give,
    local,
    messages,
    only_message,
    tick,
)
from tests.messaging.post import (
    AGREED,
    Post,
    advertising_shop,
    connect,
    pay,
    reader,
    send,
    with_numbers,
)
from tests.messaging.scripted import Scripted

pytestmark = pytest.mark.django_db
TEXT, NIGHT = ConsentKind.TEXT, ConsentKind.NIGHT
EVENING, OPENING = local("2026-11-20 21:00"), local("2026-11-21 08:00")


def town(channel=Channel.TEXT, **fields):
    """A shop that advertises; its next tick is in the evening."""
    return advertising_shop(channel, title="새 쿠폰", **fields)


def waits_until(shop):
    return {batch.not_before for batch in Batch.objects.for_shop(shop).filter(size__gt=0)}


@pytest.mark.parametrize("channel", [Channel.TEXT, Channel.PUSH, Channel.INBOX])
def test_f3_advertising_planned_at_nine_in_the_evening_waits_for_eight(channel):
    shop = town(channel)
    reader(shop, *AGREED.values(), app_token="token")
    assert tick(shop, EVENING) == {"": 1}
    assert waits_until(shop) == {OPENING}
    assert send(shop, EVENING) == {}
    assert send(shop, OPENING - MINUTE) == {}
    assert send(shop, OPENING) == {State.DELIVERED: 1}


def test_f3_before_nine_it_goes_out():
    shop = town()
    reader(shop, TEXT)
    tick(shop, EVENING - TICK)
    assert send(shop, EVENING - MINUTE) == {State.DELIVERED: 1}


def test_f3_a_call_that_could_begin_after_nine_waits_for_eight():
    shop = town()
    reader(shop, TEXT)
    tick(shop, EVENING - TICK)
    assert send(shop, EVENING - LATEST_BEGINNING) == {}
    assert waits_until(shop) == {OPENING}
    assert send(shop, OPENING) == {State.DELIVERED: 1}


def test_f3_a_call_whose_last_message_could_begin_after_nine_waits_for_eight(monkeypatch):
    shop = town()
    reader(shop, TEXT)
    tick(shop, EVENING - TICK)
    connect(monkeypatch, shop, Channel.TEXT, Post(hands_over_for=MINUTE))
    with_numbers(shop)
    pay(shop, 100)
    assert send(shop, EVENING - MINUTE) == {}
    assert waits_until(shop) == {OPENING}
    assert send(shop, OPENING) == {State.DELIVERED: 1}


def test_f3_what_was_put_back_waits_for_eight_where_it_could_begin_after_nine():
    shop, provider = town(), Scripted(Busy("429", wait=MINUTE))
    reader(shop, TEXT)
    tick(shop, EVENING - TICK)
    assert dispatch(now=EVENING - 5 * MINUTE, shop=shop, connect=provider) == {}
    assert dispatch(now=EVENING - LATEST_BEGINNING, shop=shop, connect=provider) == {}
    assert waits_until(shop) == {OPENING}
    assert len(provider.sent) == 1


def test_f3_what_was_planned_in_time_and_is_late_waits_too():
    shop = town()
    reader(shop, TEXT)
    tick(shop, EVENING - TICK)
    assert send(shop, EVENING) == {}
    assert waits_until(shop) == {OPENING}


def test_f3_email_has_no_closed_hours():
    shop = town(Channel.EMAIL)
    reader(shop, ConsentKind.EMAIL, email_verified_at=EVENING)
    tick(shop, EVENING)
    assert send(shop, EVENING) == {State.DELIVERED: 1}


def test_f3_japan_has_no_closed_hours():
    shop = town(country=Country.JAPAN)
    reader(shop, TEXT)
    tick(shop, EVENING)
    assert send(shop, EVENING) == {State.DELIVERED: 1}


def test_f3_information_goes_out_at_night():
    shop = town()
    give(add_customer(shop), add_coupon(shop))
    tick(shop, EVENING)
    assert send(shop, EVENING) == {State.DELIVERED: 1}


@pytest.mark.parametrize("channel", [Channel.TEXT, Channel.PUSH])
def test_f3_a_consent_to_the_night_opens_text_and_push(channel):
    shop = town(channel)
    reader(shop, *AGREED.values(), NIGHT, app_token="token")
    tick(shop, EVENING)
    assert send(shop, EVENING) == {State.DELIVERED: 1}


def test_f3_a_consent_to_the_night_does_not_open_the_inbox():
    shop = town(Channel.INBOX)
    reader(shop, NIGHT)
    tick(shop, EVENING)
    assert waits_until(shop) == {OPENING}


def test_f3_a_consent_to_the_night_alone_is_none():
    shop = town()
    reader(shop, NIGHT)
    assert tick(shop, EVENING) == {"no_consent": 1}


def test_f3_who_agreed_to_the_night_does_not_wait_with_the_others():
    shop = town()
    awake, asleep = reader(shop, TEXT, NIGHT), reader(shop, TEXT)
    tick(shop, EVENING)
    assert send(shop, EVENING) == {State.DELIVERED: 1}
    states = {message.customer_id: message.state for message in messages(shop)}
    assert states == {awake.pk: State.DELIVERED, asleep.pk: State.WAITING}
    assert send(shop, OPENING) == {State.DELIVERED: 1}


def test_f3_a_night_that_is_withdrawn_while_it_waits_makes_it_wait():
    shop = town()
    customer = reader(shop, TEXT, NIGHT)
    tick(shop, EVENING)
    Consent.objects.filter(customer=customer, kind=NIGHT).update(until=EVENING)
    assert send(shop, EVENING) == {}
    assert (only_message(shop).state, waits_until(shop)) == (State.WAITING, {OPENING})
    assert send(shop, OPENING) == {State.DELIVERED: 1}


def test_f3_a_night_agreed_to_later_counts_from_then():
    shop = town()
    make.ConsentFactory(customer=reader(shop, TEXT), kind=NIGHT, since=EVENING + MINUTE)
    tick(shop, EVENING)
    assert waits_until(shop) == {OPENING}


def test_f4_history_tells_until_when_it_waits():
    shop = town()
    reader(shop, TEXT)
    tick(shop, EVENING)
    assert chip_words(only_message(shop), EVENING)[1] == OPENING
