"""F4 and F11: when a shop sends at all."""

import datetime as dt
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.models import Kind
from messaging.dispatch import dispatch
from messaging.freezing import LEASE
from messaging.gateways import AnswerLost, Busy
from messaging.hours import next_opening
from messaging.models import Batch, Message, SendingSettings, State
from orders.models import Shop
from tests import factories as make
from tests.crm.street import (
    HOUR,
    MINUTE,
    NOW,
    add_coupon,
    add_customer,
    give,
    local,
    messages,
    only_message,
    open_shop,
    set_quiet,
    shop_with_messages,
    tick,
)
from tests.messaging.scripted import Scripted, WorkerKilled

pytestmark = pytest.mark.django_db
BACK = NOW + LEASE + MINUTE  # when a killed worker's batch comes back


@pytest.fixture
def shop():
    """One message waits to be sent at NOW."""
    return shop_with_messages(1)


def batch_of(shop):
    return Batch.objects.get(shop=shop)


def sending(quiet_from, quiet_until, zone="Asia/Seoul"):
    at = dt.time.fromisoformat
    return SendingSettings(
        shop=Shop(timezone=zone), quiet_from=at(quiet_from), quiet_until=at(quiet_until)
    )


@pytest.mark.parametrize(
    ("at", "opening"),
    [
        ("2026-11-20 20:59:59", "2026-11-20 20:59:59"),
        ("2026-11-20 21:00", "2026-11-21 08:00"),
        ("2026-11-20 23:59:59", "2026-11-21 08:00"),
        ("2026-11-21 00:00", "2026-11-21 08:00"),
        ("2026-11-21 07:59:59", "2026-11-21 08:00"),
        ("2026-11-21 08:00", "2026-11-21 08:00"),
    ],
)
def test_f4_closed_hours_may_span_midnight(at, opening):
    assert next_opening(sending("21:00", "08:00"), local(at)) == local(opening)


@pytest.mark.parametrize(
    ("at", "opening"),
    [
        ("2026-11-20 11:59:59", "2026-11-20 11:59:59"),
        ("2026-11-20 12:00", "2026-11-20 13:00"),
        ("2026-11-20 13:00", "2026-11-20 13:00"),
    ],
)
def test_f4_closed_hours_may_lie_within_a_day(at, opening):
    assert next_opening(sending("12:00", "13:00"), local(at)) == local(opening)


def test_f4_information_has_no_closed_hours_unless_set():
    settings = SendingSettings(shop=Shop(timezone="Asia/Seoul"))
    assert next_opening(settings, local("2026-11-20 03:00")) == local("2026-11-20 03:00")


def test_f4_an_opening_that_does_not_exist_is_the_first_instant_after_it():
    settings = sending("21:00", "02:30", "Europe/Berlin")
    opening = next_opening(settings, local("2026-03-29 01:30", "Europe/Berlin"))
    assert opening == local("2026-03-29 03:00", "Europe/Berlin")


@pytest.mark.parametrize(
    ("at", "lasting", "opening"),
    [
        ("2026-11-20 20:59:29", 30, "2026-11-20 20:59:29"),
        ("2026-11-20 20:59:30", 30, "2026-11-21 08:00"),
        ("2026-11-20 20:59", 60, "2026-11-21 08:00"),
        ("2026-11-21 07:59:59", 30, "2026-11-21 08:00"),
        ("2026-11-21 08:00", 30, "2026-11-21 08:00"),
    ],
)
def test_f4_what_takes_a_while_has_to_be_open_for_so_long(at, lasting, opening):
    found = next_opening(sending("21:00", "08:00"), local(at), lasting=timedelta(seconds=lasting))
    assert found == local(opening)


def test_f4_hours_that_are_shorter_than_that_are_used_from_their_beginning():
    shop, at = sending("08:01", "08:00"), local("2026-11-20 08:00")
    assert next_opening(shop, at, lasting=timedelta(minutes=2)) == at


times = st.times().map(lambda at: at.replace(second=0, microsecond=0))


@given(
    start=times,
    end=times,
    at=st.datetimes(min_value=dt.datetime(2020, 1, 1), max_value=dt.datetime(2030, 1, 1)),  # noqa: DTZ001
)
def test_f4_open_is_what_the_clock_says(start, end, at):
    """Where clocks don't change, the hour alone decides."""
    if start == end:
        return
    moment = at.replace(tzinfo=dt.UTC)
    clock = at.time()
    closed = start <= clock < end if start < end else not end <= clock < start
    settings = SendingSettings(shop=Shop(timezone="UTC"), quiet_from=start, quiet_until=end)
    opening = next_opening(settings, moment)
    assert (opening > moment) == closed
    assert opening - moment < timedelta(days=1)
    assert not closed or opening.time() == end


def test_f11_a_stopped_shop_sends_nothing_and_plans_nothing(shop):
    SendingSettings.objects.filter(shop=shop).update(stopped_at=NOW)
    give(add_customer(shop), add_coupon(shop), issued_at=NOW + MINUTE)
    assert dispatch(now=NOW, shop=shop) == {}
    assert tick(shop, NOW + HOUR) == {}
    assert only_message(shop).state == State.WAITING


def test_f11_on_resuming_what_waited_goes_out_and_what_was_missed_is_planned(shop):
    SendingSettings.objects.filter(shop=shop).update(stopped_at=NOW)
    give(add_customer(shop), add_coupon(shop), issued_at=NOW + MINUTE)
    tick(shop, NOW + HOUR)
    SendingSettings.objects.filter(shop=shop).update(stopped_at=None)
    assert tick(shop, NOW + 2 * HOUR) == {"": 1}
    assert dispatch(now=NOW + 2 * HOUR, shop=shop) == {State.DELIVERED: 2}


def test_f11_on_resuming_each_missed_t_is_made_up_for():
    shop = open_shop(Kind.EXPIRING)
    SendingSettings.objects.filter(shop=shop).update(stopped_at=NOW)
    customer = add_customer(shop)
    for days in (1, 2):
        give(customer, add_coupon(shop), expires_at=NOW + timedelta(days=days, hours=12))
    late = NOW + timedelta(days=2, hours=1)
    assert tick(shop, late) == {}
    SendingSettings.objects.filter(shop=shop).update(stopped_at=None)
    assert tick(shop, late) == {"": 1, "coupon_gone": 1}


def test_f11_a_stop_between_two_batches_holds_the_second():
    shop = shop_with_messages(2)
    first, second = messages(shop)
    other = make.BatchFactory(
        shop=shop, run=first.batch.run, state=State.WAITING, turn=NOW + MINUTE, planned_at=NOW
    )
    Message.objects.filter(pk=second.pk).update(batch=other)
    Batch.objects.filter(pk__in=(other.pk, first.batch_id)).update(size=1)

    class Stops(Scripted):
        def compose(self, messages, head, account):
            SendingSettings.objects.filter(shop=shop).update(stopped_at=NOW)
            return super().compose(messages, head, account)

    assert dispatch(now=NOW, shop=shop, connect=Stops()) == {State.DELIVERED: 1}
    assert Batch.objects.get(pk=other.pk).state == State.WAITING


def test_f4_closed_hours_hold_a_planned_batch_and_say_until_when(shop):
    set_quiet(shop, "09:00", "12:00")
    assert dispatch(now=NOW, shop=shop) == {}
    batch = batch_of(shop)
    assert (batch.state, batch.not_before) == (State.WAITING, NOW + 2 * HOUR)
    assert dispatch(now=NOW + 2 * HOUR - MINUTE, shop=shop) == {}
    assert dispatch(now=NOW + 2 * HOUR, shop=shop) == {State.DELIVERED: 1}


def test_f4_what_is_planned_in_closed_hours_waits_from_the_start():
    shop = open_shop(Kind.ISSUED)
    set_quiet(shop, "21:00", "08:00")
    night = NOW + 12 * HOUR  # 22:00
    give(add_customer(shop), add_coupon(shop))
    tick(shop, night)
    assert batch_of(shop).not_before == NOW + 22 * HOUR
    assert dispatch(now=night, shop=shop) == {}


def test_f4_what_was_put_back_waits_for_the_opening_too(shop):
    provider = Scripted(Busy("429", wait=MINUTE))
    dispatch(now=NOW, shop=shop, connect=provider)
    set_quiet(shop, "09:00", "12:00")
    assert dispatch(now=NOW + 2 * MINUTE, shop=shop, connect=provider) == {}
    assert batch_of(shop).not_before == NOW + 2 * HOUR
    assert dispatch(now=NOW + 2 * HOUR, shop=shop, connect=provider) == {State.DELIVERED: 1}
    assert provider.sent[0][1] == provider.sent[1][1]


def test_f4_what_a_killed_worker_left_waits_for_the_opening_too(shop):
    provider = Scripted(WorkerKilled())
    with pytest.raises(WorkerKilled):
        dispatch(now=NOW, shop=shop, connect=provider)
    set_quiet(shop, "09:00", "12:00")
    assert dispatch(now=BACK, shop=shop, connect=provider) == {}
    assert len(provider.sent) == 1
    assert dispatch(now=NOW + 2 * HOUR, shop=shop, connect=provider) == {State.DELIVERED: 1}


def test_f4_what_could_be_sent_again_is_rather_asked_after_in_closed_hours(shop):
    provider = Scripted(AnswerLost("lost"), can_ask=True)
    dispatch(now=NOW, shop=shop, connect=provider)
    set_quiet(shop, "09:00", "12:00")
    assert dispatch(now=BACK, shop=shop, connect=provider) == {State.DELIVERED: 1}
    assert (len(provider.sent), len(provider.asked)) == (1, 1)
    assert batch_of(shop).not_before == NOW  # it has waited for no opening


def test_f4_asking_disturbs_nobody_and_does_not_wait(shop):
    provider = Scripted(AnswerLost("lost"), remembers=timedelta(0), can_ask=True)
    dispatch(now=NOW, shop=shop, connect=provider)
    set_quiet(shop, "09:00", "12:00")
    assert dispatch(now=BACK, shop=shop, connect=provider) == {State.DELIVERED: 1}
