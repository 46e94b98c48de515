"""C6, F11: a run is paused, resumed and stopped; each takes hold within one batch."""

from threading import Event, Lock

import pytest
from django.db import connections
from django.urls import reverse

from crm.models import Kind
from messaging.claiming import IN_FLIGHT
from messaging.dispatch import dispatch
from messaging.freezing import LEASE
from messaging.gateways import AnswerLost, Busy
from messaging.gateways.phone.gateway import PhoneProvider
from messaging.history import find_page
from messaging.integrity import find_broken
from messaging.models import Batch, Reason, Run, RunState, State
from messaging.runs import pause, resume, stop
from messaging.wanted import Wanted
from tests import factories as make
from tests.crm.street import (
    HOUR,
    MINUTE,
    NOW,
    add_coupon,
    add_customer,
    give,
    messages,
    open_shop,
    shop_with_messages,
    tick,
)
from tests.messaging.scripted import Scripted

pytestmark = pytest.mark.django_db
BACK = NOW + LEASE + MINUTE
BATCHES = 3 * IN_FLIGHT


@pytest.fixture
def shop(monkeypatch):
    """Many batches of one message each wait to be sent at NOW."""
    monkeypatch.setattr(PhoneProvider, "batch_size", 1)
    return shop_with_messages(BATCHES)


def run_of(shop):
    return Run.objects.get(shop=shop)


def ends(shop):
    """Each end that the shop's messages came to."""
    return {(message.state, message.reason) for message in messages(shop)}


def in_state(shop, state):
    return sum(message.state == state for message in messages(shop))


STOPPED = (State.LEFT_OUT, Reason.STOPPED)


class Meddles(Scripted):
    """Does something to the run as its n-th batch is taken up: before the next one is."""

    def __init__(self, act, nth=1):
        super().__init__()
        self.act, self.left = act, nth

    def compose(self, messages, head, account):
        self.left -= 1
        if self.left == 0:
            self.act()
        return super().compose(messages, head, account)


class MeddlesInMidCall(Scripted):
    """Does something to the run in the middle of its first call; nothing is answered before."""

    def __init__(self, act):
        super().__init__()
        self.act, self.begun, self.done = act, Lock(), Event()

    def send(self, batch):
        answers = super().send(batch)
        if self.begun.acquire(blocking=False):
            self.act()
            connections.close_all()
            self.done.set()
        if not self.done.wait(timeout=20):
            raise AnswerLost("waited in vain")
        return answers


@pytest.mark.parametrize("nth", [1, 2, BATCHES])
def test_c6_of_a_run_paused_between_two_batches_not_one_more_is_sent(shop, nth):
    provider = Meddles(lambda: pause(run_of(shop)), nth)
    assert dispatch(now=NOW, shop=shop, connect=provider) == {State.DELIVERED: nth}
    assert dispatch(now=NOW + HOUR, shop=shop, connect=provider) == {}
    assert len(provider.sent) == nth
    assert in_state(shop, State.WAITING) == BATCHES - nth


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_c6_a_run_paused_in_mid_call_sends_only_what_was_under_way(shop):
    """One worker has at most IN_FLIGHT batches of a gateway under way, and so of a run."""

    provider = MeddlesInMidCall(lambda: pause(run_of(shop)))
    counts = dispatch(now=NOW, shop=shop, connect=provider)
    assert 1 <= len(provider.sent) <= IN_FLIGHT
    assert counts == {State.DELIVERED: len(provider.sent)}
    assert in_state(shop, State.WAITING) == BATCHES - len(provider.sent)


def test_c6_a_resumed_run_goes_on_where_it_was(shop):
    provider = Meddles(lambda: pause(run_of(shop)), 3)
    dispatch(now=NOW, shop=shop, connect=provider)
    assert resume(run_of(shop))
    assert dispatch(now=NOW, shop=shop, connect=provider) == {State.DELIVERED: BATCHES - 3}
    assert len({key for key, _ in provider.sent}) == len(provider.sent) == BATCHES
    assert ends(shop) == {(State.DELIVERED, "")}


def test_c6_a_paused_run_asks_after_nothing_and_sends_nothing_again_until_it_is_resumed():
    shop = shop_with_messages(1)
    provider = Scripted(AnswerLost("lost"))
    dispatch(now=NOW, shop=shop, connect=provider)
    pause(run_of(shop))
    assert dispatch(now=BACK, shop=shop, connect=provider) == {}
    assert len(provider.sent) == 1
    resume(run_of(shop))
    assert dispatch(now=BACK, shop=shop, connect=provider) == {State.DELIVERED: 1}
    assert provider.sent[0] == provider.sent[1]


def test_f1_what_was_paused_until_its_key_was_forgotten_is_not_sent_again():
    shop = shop_with_messages(1)
    provider = Scripted(AnswerLost("lost"), remembers=HOUR)
    dispatch(now=NOW, shop=shop, connect=provider)
    pause(run_of(shop))
    dispatch(now=BACK, shop=shop, connect=provider)
    resume(run_of(shop))
    assert dispatch(now=NOW + HOUR, shop=shop, connect=provider) == {State.UNKNOWN: 1}
    assert len(provider.sent) == 1


@pytest.mark.parametrize(
    ("state", "paused", "resumed"),
    [
        (RunState.OPEN, True, False),
        (RunState.PAUSED, False, True),
        (RunState.STOPPED, False, False),
    ],
)
def test_c6_only_an_open_run_is_paused_and_only_a_paused_one_resumed(state, paused, resumed):
    for move, moves, to in ((pause, paused, RunState.PAUSED), (resume, resumed, RunState.OPEN)):
        run = make.RunFactory(state=state)
        assert move(run) is moves
        assert run.state == Run.objects.get(pk=run.pk).state == (to if moves else state)


def test_c6_pausing_a_run_holds_up_no_other(shop):
    other = shop_with_messages(1)
    pause(run_of(shop))
    provider = Scripted()
    assert dispatch(now=NOW, connect=provider) == {State.DELIVERED: 1}
    assert ends(other) == {(State.DELIVERED, "")}


def test_f11_stopping_leaves_out_what_waits_and_says_how_much(shop):
    provider = Meddles(lambda: pause(run_of(shop)), 2)
    dispatch(now=NOW, shop=shop, connect=provider)
    assert stop(run_of(shop), now=NOW + HOUR) == BATCHES - 2
    assert stop(run_of(shop), now=NOW + HOUR) == 0
    assert ends(shop) == {(State.DELIVERED, ""), STOPPED}
    left_out = Batch.objects.filter(shop=shop, state=State.LEFT_OUT)
    assert left_out.count() == left_out.filter(settled_at=NOW + HOUR).count() == BATCHES - 2
    assert dispatch(now=NOW + HOUR, shop=shop, connect=provider) == {}
    assert len(provider.sent) == 2
    assert find_broken() == []


def test_f11_stopping_leaves_out_what_waits_because_the_provider_was_busy():
    shop = shop_with_messages(3)
    gone, *_ = messages(shop)
    gone.customer.phone = ""
    gone.customer.save()
    provider = Scripted(Busy("429", wait=HOUR))
    dispatch(now=NOW, shop=shop, connect=provider)
    assert stop(run_of(shop), now=NOW) == 2  # the third has been left out before
    assert dispatch(now=NOW + 2 * HOUR, shop=shop, connect=provider) == {}
    assert len(provider.sent) == 1
    assert ends(shop) == {(State.LEFT_OUT, Reason.NO_ADDRESS), STOPPED}
    assert find_broken() == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_f11_of_a_run_stopped_in_mid_call_what_is_under_way_ends_as_answered(shop):
    provider = MeddlesInMidCall(lambda: stop(run_of(shop), now=NOW))
    counts = dispatch(now=NOW, shop=shop, connect=provider)
    under_way = len(provider.sent)
    assert 1 <= under_way <= IN_FLIGHT
    assert counts[State.DELIVERED] == in_state(shop, State.DELIVERED) == under_way
    assert ends(shop) == {(State.DELIVERED, ""), STOPPED}
    assert find_broken() == []


@pytest.mark.parametrize(
    ("can_ask", "end"), [(True, State.DELIVERED), (False, State.UNKNOWN)], ids=["asked", "unknown"]
)
def test_f11_what_is_in_doubt_in_a_stopped_run_is_never_sent_again(can_ask, end):
    shop = shop_with_messages(1)
    provider = Scripted(AnswerLost("lost"), can_ask=can_ask)
    dispatch(now=NOW, shop=shop, connect=provider)
    assert stop(run_of(shop), now=NOW) == 0
    assert dispatch(now=BACK, shop=shop, connect=provider) == {end: 1}
    assert (len(provider.sent), len(provider.asked)) == (1, int(can_ask))
    assert ends(shop) == {(end, "")}


def test_f11_what_comes_back_to_a_stopped_run_is_left_out():
    """A worker puts its batch back at the very moment in which the run is stopped."""
    shop = shop_with_messages(3)
    dispatch(now=NOW, shop=shop, connect=Scripted(Busy("429", wait=HOUR)))
    Run.objects.filter(shop=shop).update(state=RunState.STOPPED)
    provider = Scripted()
    assert dispatch(now=NOW + MINUTE, shop=shop, connect=provider) == {State.LEFT_OUT: 3}
    assert ends(shop) == {STOPPED}
    assert provider.sent == []
    assert find_broken() == []


def test_f11_what_is_planned_for_a_stopped_run_is_left_out():
    """An interrupted tick goes on in the run that it began, though that was stopped meanwhile."""
    shop = open_shop(Kind.ISSUED)
    give(add_customer(shop), add_coupon(shop))
    make.RunFactory(shop=shop, kind=Kind.ISSUED, as_of=NOW, state=RunState.STOPPED)
    tick(shop)
    provider = Scripted()
    assert dispatch(now=NOW, shop=shop, connect=provider) == {State.LEFT_OUT: 1}
    assert ends(shop) == {STOPPED}
    assert provider.sent == []


def test_f2_what_a_stop_left_out_stands_in_the_history_with_its_reason(client):
    shop = shop_with_messages(2)
    stop(run_of(shop), now=NOW)
    page = find_page(shop=shop, wanted=Wanted(state=State.LEFT_OUT, reason=Reason.STOPPED))
    assert [row.pk for row in page.rows] == [m.pk for m in messages(shop)][::-1]
    client.force_login(make.MembershipFactory(shop=shop).user)
    address = reverse("messaging:message", args=[page.rows[0].pk])
    assert "차례가 오기 전에 발송을 멈췄어요" in client.get(address).content.decode()
