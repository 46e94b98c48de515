"""F1, F6: whatever a provider does to a batch, it is taken once and its messages end right."""

from datetime import timedelta

import pytest

from crm.models import Kind
from messaging.dispatch import dispatch
from messaging.freezing import LEASE
from messaging.gateways.http import Patience
from messaging.integrity import find_broken
from messaging.models import OPEN_STATES, Batch, Reason, Run, State
from messaging.runs import stop
from tests.crm.street import (
    HOUR,
    MINUTE,
    NOW,
    add_coupon,
    add_customer,
    give,
    messages,
    open_shop,
    tick,
)
from tests.standin.process import stand_in
from tests.standin.provider import StandInProvider

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
BACK = NOW + LEASE + MINUTE  # when a batch whose answer was lost comes back
IMPATIENT = Patience(silence=0.3)
TOO_LATE = 60.0  # seconds; nobody waits for it, neither the client nor the stand-in
REFUSED, FINE = "+821012340000", "+821012341111"


def shop_that_writes_to(*phones: str):
    """A shop with a message to each that waits to be sent at NOW."""
    shop = open_shop(Kind.ISSUED)
    coupon = add_coupon(shop)
    for phone in phones:
        give(add_customer(shop, phone=phone), coupon)
    tick(shop)
    return shop


@pytest.fixture
def shop():
    return shop_that_writes_to(FINE, "+821012342222")


@pytest.fixture
def provider(standin):
    return StandInProvider(standin.url)


def states(shop):
    return {message.state for message in messages(shop)}


def assert_taken_once(standin, shop):
    """Each message by the stand-in's own count, and every try with the same bytes and key."""
    assert_each_once(standin, shop)
    assert len(set(standin.seen())) == 1


def assert_each_once(standin, shop):
    """Each message by the stand-in's own count, and every try with the same bytes."""
    assert standin.messages() == dict.fromkeys((m.pk for m in messages(shop)), 1)
    assert len({sha for _key, sha in standin.seen()}) == 1


@pytest.mark.parametrize(
    "fault", ["500-before", "500-after", "garbage", "half", "nothing-before", "nothing", "no-ids"]
)
def test_f1_a_lost_answer_is_fetched_with_the_same_bytes_and_key(standin, provider, shop, fault):
    standin.misbehave(fault)
    assert dispatch(now=NOW, connect=provider) == {}
    assert states(shop) == {State.SENDING}
    assert dispatch(now=NOW + LEASE - SECOND, connect=provider) == {}
    assert dispatch(now=BACK, connect=provider) == {State.SENT: 2}
    assert len(standin.seen()) == 2
    assert_taken_once(standin, shop)


@pytest.mark.parametrize(("fault", "taken_at_first"), [("late", 1), ("slow", 0)])
def test_f1_an_answer_after_the_time_out_is_a_lost_one(
    standin, provider, shop, fault, taken_at_first
):
    """`late` takes the batch and says so too late; `slow` has not even looked at it by then."""
    standin.misbehave({"name": fault, "seconds": TOO_LATE})
    impatient = StandInProvider(standin.url, patience=IMPATIENT)
    assert dispatch(now=NOW, connect=impatient) == {}
    assert len(standin.taken()) == taken_at_first
    assert dispatch(now=BACK, connect=provider) == {State.SENT: 2}
    assert_taken_once(standin, shop)


def test_f1_a_provider_that_takes_a_batch_long_after_we_gave_up_takes_it_once(
    standin, provider, shop
):
    standin.misbehave({"name": "slow", "seconds": 1})
    dispatch(now=NOW, connect=StandInProvider(standin.url, patience=IMPATIENT))
    assert dispatch(now=BACK, connect=provider) == {State.SENT: 2}
    standin.wait_until(lambda: len(standin.seen()) == 2)
    assert_taken_once(standin, shop)


@pytest.mark.parametrize("fault", ["429", "503"])
def test_f6_a_wait_is_honoured(standin, provider, shop, fault):
    standin.misbehave({"name": fault, "seconds": 300})
    assert dispatch(now=NOW, connect=provider) == {}
    assert states(shop) == {State.WAITING}
    assert dispatch(now=NOW + 5 * MINUTE - SECOND, connect=provider) == {}
    assert len(standin.seen()) == 1
    assert dispatch(now=NOW + 6 * MINUTE, connect=provider) == {State.SENT: 2}
    assert_each_once(standin, shop)


def test_f6_where_nobody_listens_it_is_tried_again_later(standin, provider, shop):
    standin.kill()
    assert dispatch(now=NOW, connect=provider) == {}
    assert states(shop) == {State.WAITING}
    standin.start()
    assert dispatch(now=NOW + MINUTE, connect=provider) == {State.SENT: 2}
    assert_taken_once(standin, shop)


def test_f1_a_provider_that_was_restarted_still_knows_the_batch(standin, provider, shop):
    standin.misbehave("nothing")
    dispatch(now=NOW, connect=provider)
    standin.kill()
    standin.start()
    assert dispatch(now=BACK, connect=provider) == {State.SENT: 2}
    assert_taken_once(standin, shop)


def test_f1_it_is_never_sent_again_when_the_key_is_forgotten(standin, shop):
    provider = StandInProvider(standin.url, remembers=LEASE)
    standin.misbehave("500-after")
    dispatch(now=NOW, connect=provider)
    standin.forget()
    assert dispatch(now=BACK, connect=provider) == {State.UNKNOWN: 2}
    assert dispatch(now=BACK + HOUR, connect=provider) == {}
    assert states(shop) == {State.UNKNOWN}
    assert len(standin.seen()) == 1
    assert_taken_once(standin, shop)


def test_f1_it_is_asked_after_when_the_key_is_forgotten(standin, shop):
    provider = StandInProvider(standin.url, remembers=LEASE, can_ask=True)
    standin.misbehave("500-after")
    dispatch(now=NOW, connect=provider)
    standin.forget()
    assert dispatch(now=BACK, connect=provider) == {State.SENT: 2}
    assert len(standin.seen()) == 1
    assert_taken_once(standin, shop)


@pytest.mark.parametrize("fault", ["500-before", "429", "garbage", "half", "nothing", "no-ids"])
def test_f1_a_question_that_goes_wrong_is_asked_again(standin, shop, fault):
    provider = StandInProvider(standin.url, remembers=LEASE, can_ask=True)
    standin.misbehave("nothing", fault)
    dispatch(now=NOW, connect=provider)
    assert dispatch(now=BACK, connect=provider) == {}
    assert dispatch(now=BACK + HOUR, connect=provider) == {State.SENT: 2}
    assert_taken_once(standin, shop)


def test_f1_what_was_never_received_is_sent_once_more(standin, shop):
    """The key's memory would be over, but the provider has never had it: asking tells."""
    provider = StandInProvider(standin.url, remembers=LEASE, can_ask=True)
    standin.misbehave("nothing-before")
    dispatch(now=NOW, connect=provider)
    assert standin.taken() == []
    assert dispatch(now=BACK + HOUR, connect=provider) == {State.SENT: 2}
    assert len(standin.seen()) == 2
    assert_taken_once(standin, shop)


def test_f1_what_was_never_received_and_then_lost_again_is_asked_after_again(standin, shop):
    provider = StandInProvider(standin.url, remembers=LEASE, can_ask=True)
    standin.misbehave("nothing-before", "", "500-after")
    dispatch(now=NOW, connect=provider)
    assert dispatch(now=BACK, connect=provider) == {}
    assert dispatch(now=BACK + HOUR, connect=provider) == {State.SENT: 2}
    assert_taken_once(standin, shop)


def test_f1_a_provider_that_never_receives_anything_ends_in_unknown(standin, shop):
    provider = StandInProvider(standin.url, remembers=timedelta(0), can_ask=True)
    standin.misbehave(*["nothing-before", ""] * 50)
    now = NOW
    while Batch.objects.filter(state__in=OPEN_STATES).exists():
        dispatch(now=now, connect=provider)
        now += LEASE + MINUTE
        assert now < NOW + 24 * HOUR
    assert states(shop) == {State.UNKNOWN}
    assert standin.taken() == []


def test_f11_what_a_stopped_runs_provider_never_received_is_left_out(standin, shop):
    provider = StandInProvider(standin.url, remembers=LEASE, can_ask=True)
    standin.misbehave("nothing-before")
    dispatch(now=NOW, connect=provider)
    stop(Run.objects.get(shop=shop), now=NOW)
    dispatch(now=BACK, connect=provider)
    assert {(m.state, m.reason) for m in messages(shop)} == {(State.LEFT_OUT, Reason.STOPPED)}
    assert find_broken() == []
    assert len(standin.seen()) == 1


def test_f1_a_refusal_after_a_lost_answer_is_no_failure(standin, provider, shop):
    """The first was taken; that the account is closed by now does not undo it."""
    standin.misbehave("500-after", "401")
    dispatch(now=NOW, connect=provider)
    assert dispatch(now=BACK, connect=provider) == {}
    assert dispatch(now=BACK + HOUR, connect=provider) == {State.SENT: 2}
    assert_taken_once(standin, shop)


def test_f6_a_batch_that_is_refused_at_once_fails(standin, provider, shop):
    standin.misbehave("401")
    assert dispatch(now=NOW, connect=provider) == {State.FAILED: 2}
    assert {m.reason for m in messages(shop)} == {"closed"}
    assert standin.taken() == []


def test_f6_a_refused_message_fails_alone_with_the_providers_word(standin, provider):
    shop = shop_that_writes_to(REFUSED, FINE)
    assert dispatch(now=NOW, connect=provider) == {State.FAILED: 1, State.SENT: 1}
    ends = {m.address: (m.state, m.reason) for m in messages(shop)}
    assert ends == {REFUSED: (State.FAILED, "3008"), FINE: (State.SENT, "")}


@pytest.mark.parametrize("seed", range(3))
def test_f1_with_faults_at_random_every_message_is_taken_once(tmp_path, seed):
    shop = shop_that_writes_to(*(f"+82101234{n:04d}" for n in range(1, 41)))
    options = ("--faults", "0.6", "--seed", str(seed))
    with stand_in(tmp_path / "log", *options) as standin:
        provider = StandInProvider(standin.url, can_ask=True, patience=Patience(silence=5))
        now = NOW
        while Batch.objects.filter(state__in=OPEN_STATES).exists():
            dispatch(now=now, connect=provider)
            now += LEASE + MINUTE
            assert now < NOW + 24 * HOUR
        assert states(shop) == {State.SENT}
        assert_taken_once(standin, shop)
        assert standin.wrong() == []
