"""F1, F11: which batch is taken up, how many at once, for how long, and how late."""

from collections import Counter
from datetime import timedelta
from threading import Condition
from time import monotonic

import pytest
from django.db import transaction

from messaging.claiming import IN_FLIGHT, claim
from messaging.dispatch import dispatch
from messaging.errands import LATEST_BEGINNING
from messaging.freezing import LEASE
from messaging.gateways import AnswerLost, Busy
from messaging.gateways.phone.gateway import PhoneProvider
from messaging.models import Batch, Run, RunState, State
from tests.crm.street import HOUR, MINUTE, NOW, only_message, set_quiet, shop_with_messages
from tests.messaging.scripted import Scripted

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
BACK = NOW + LEASE + MINUTE
PATIENCE = 20  # seconds; whoever waits for others that long waits in vain


@pytest.fixture
def clock(monkeypatch):
    """A round's stop-watch, which a test moves on by hand; a call's own runs as it does."""
    moved = [0.0]
    monkeypatch.setattr("messaging.errands.monotonic", lambda: monotonic() + moved[0])

    def move(by):
        moved[0] += by.total_seconds()

    return move


@pytest.fixture
def one_each(monkeypatch):
    """Batches hold one message each."""
    monkeypatch.setattr(PhoneProvider, "batch_size", 1)


def gateway_of(shop):
    return Batch.objects.filter(shop=shop).values_list("gateway_id", flat=True)[0]


def turn_of(shop):
    turn = Batch.objects.get(shop=shop).turn
    assert turn
    return turn


def claimed(**options):
    with transaction.atomic():
        return claim(now=NOW, **options)


def test_f1_what_has_its_turn_first_is_claimed_first():
    late, early = shop_with_messages(1), shop_with_messages(1)
    Batch.objects.filter(shop=late).update(turn=NOW + SECOND)
    assert claimed().shop == early
    assert claimed(shop=late).shop == late


def test_f11_a_gateway_with_its_fill_is_passed_over_and_another_is_not():
    full, other = shop_with_messages(1), shop_with_messages(1)
    Batch.objects.filter(shop=other).update(turn=NOW + HOUR)
    assert claimed(flying=Counter({gateway_of(full): IN_FLIGHT - 1})).shop == full
    assert claimed(flying=Counter({gateway_of(full): IN_FLIGHT})).shop == other
    both = dict.fromkeys([gateway_of(full), gateway_of(other)], IN_FLIGHT)
    assert claimed(flying=Counter(both)) is None


@pytest.mark.parametrize(
    ("run", "batch", "due"),
    [
        (RunState.OPEN, State.WAITING, True),
        (RunState.PAUSED, State.WAITING, False),
        (RunState.STOPPED, State.WAITING, True),  # to be left out
        (RunState.OPEN, State.SENDING, True),
        (RunState.PAUSED, State.SENDING, False),
        (RunState.STOPPED, State.SENDING, True),  # to be asked after
    ],
)
def test_c6_what_is_due_of_a_run(run, batch, due):
    shop = shop_with_messages(1)
    if batch == State.SENDING:
        dispatch(now=NOW, shop=shop, connect=Scripted(AnswerLost("lost")))
        Batch.objects.filter(shop=shop).update(turn=NOW)
    Run.objects.filter(shop=shop).update(state=run)
    assert (claimed() is not None) is due


class Crowded(Scripted):
    """Keeps each call of a crowded gateway until a call of another one has come."""

    def __init__(self, crowded):
        super().__init__()
        self.crowded = crowded
        self.inside = self.most = 0
        self.other_came = False
        self.change = Condition()

    def send(self, batch):
        with self.change:
            if batch.id in self.crowded:
                self._stay()
            else:
                full = self.change.wait_for(lambda: self.inside >= IN_FLIGHT, PATIENCE)
                self.other_came = full
                self.change.notify_all()
            return super().send(batch)

    def _stay(self):
        self.inside += 1
        self.most = max(self.most, self.inside)
        self.change.notify_all()
        came = self.change.wait_for(lambda: self.other_came, PATIENCE)
        self.inside -= 1
        if not came:
            raise AnswerLost("waited in vain")


def test_f11_four_batches_of_a_gateway_are_under_way_and_hold_up_no_other(one_each):
    crowded, other = shop_with_messages(3 * IN_FLIGHT), shop_with_messages(1)
    Batch.objects.filter(shop=other).update(turn=NOW + HOUR)
    provider = Crowded(set(Batch.objects.filter(shop=crowded).values_list("pk", flat=True)))
    assert dispatch(now=NOW, connect=provider) == {State.DELIVERED: 3 * IN_FLIGHT + 1}
    assert provider.other_came
    assert provider.most == IN_FLIGHT == 4


def test_f1_a_lease_counts_from_when_it_is_taken_in_a_round_that_lasts(clock):
    shop = shop_with_messages(1)
    provider = Scripted(AnswerLost("lost"))
    clock(5 * MINUTE)
    dispatch(now=NOW, shop=shop, connect=provider)
    assert NOW + 5 * MINUTE + LEASE <= turn_of(shop) < NOW + 6 * MINUTE + LEASE


def test_f1_in_a_round_that_lasts_nothing_is_sent_again_once_its_key_is_forgotten(clock):
    shop = shop_with_messages(1)
    provider = Scripted(AnswerLost("lost"), remembers=10 * MINUTE)
    dispatch(now=NOW, shop=shop, connect=provider)

    def connect_late(_name):
        clock(6 * MINUTE)
        return provider

    # By the round's own `now` the key would be known for seven minutes more.
    assert dispatch(now=BACK, shop=shop, connect=connect_late) == {State.UNKNOWN: 1}
    assert len(provider.sent) == 1


def test_f1_a_batch_is_sent_again_with_the_same_bytes_under_the_same_key():
    shop = shop_with_messages(3)
    provider = Scripted(AnswerLost("lost"), remembers=HOUR)
    dispatch(now=NOW, shop=shop, connect=provider)
    assert dispatch(now=BACK, shop=shop, connect=provider) == {State.DELIVERED: 3}
    assert provider.sent[0] == provider.sent[1]
    assert len(provider.sent) == 2


def test_f1_a_worker_that_was_held_up_begins_nothing_and_its_batch_comes_back(clock):
    shop = shop_with_messages(1)
    provider = Scripted()
    clock(LATEST_BEGINNING + SECOND)
    assert dispatch(now=NOW, shop=shop, connect=provider) == {}
    assert provider.sent == []
    clock(-LATEST_BEGINNING - SECOND)
    assert only_message(shop).state == State.SENDING
    back = turn_of(shop)
    assert dispatch(now=back - SECOND, shop=shop, connect=provider) == {}
    assert dispatch(now=back, shop=shop, connect=provider) == {State.DELIVERED: 1}
    assert len(provider.sent) == 1
    assert only_message(shop).state == State.DELIVERED


def test_f1_a_worker_that_was_held_up_for_less_still_sends(clock):
    shop = shop_with_messages(1)
    clock(LATEST_BEGINNING / 2)
    assert dispatch(now=NOW, shop=shop, connect=Scripted()) == {State.DELIVERED: 1}


def test_f3_a_round_that_lasts_into_closed_hours_begins_nothing_more(clock, one_each):
    """What counts is the moment of sending, not the round's beginning."""
    shop = shop_with_messages(2)
    set_quiet(shop, "11:00", "12:00")

    class Slow(Scripted):
        def compose(self, messages, head, account):
            clock(1.5 * HOUR)
            return super().compose(messages, head, account)

    provider = Slow()
    assert dispatch(now=NOW, shop=shop, connect=provider).total() < 2
    waiting = Batch.objects.get(shop=shop, state=State.WAITING)
    assert waiting.not_before == NOW + 2 * HOUR


def test_f6_a_wait_counts_from_the_answer_also_late_in_a_round(clock, one_each):
    shop = shop_with_messages(1)

    class Late(Scripted):
        def compose(self, messages, head, account):
            clock(MINUTE / 3)
            return super().compose(messages, head, account)

    dispatch(now=NOW, shop=shop, connect=Late(Busy("429", wait=MINUTE)))
    turn = Batch.objects.get(shop=shop).turn
    assert turn and turn > NOW + MINUTE + MINUTE / 4
