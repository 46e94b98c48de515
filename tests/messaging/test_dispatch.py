"""F1, F4, F11: what is due goes out once, whatever happens to workers, answers and hours."""

from datetime import timedelta

import pytest

from messaging.dispatch import dispatch
from messaging.freezing import LEASE, frozen
from messaging.gateways import AnswerLost, Answers, Busy, Rejected
from messaging.models import Batch, Outcome, State
from messaging.settling import put_back, settle
from tests.crm.street import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    messages,
    only_message,
    shop_with_messages,
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


def kill_before_answer(shop, provider, now=NOW):
    """A worker dies after the bytes went out, before the answer was written down."""
    with pytest.raises(WorkerKilled):
        dispatch(now=now, shop=shop, connect=provider)


def test_f1_what_is_due_is_sent_once(shop):
    provider = Scripted()
    assert dispatch(now=NOW, shop=shop, connect=provider) == {State.DELIVERED: 1}
    assert dispatch(now=NOW + HOUR, shop=shop, connect=provider) == {}
    assert len(provider.sent) == 1
    assert only_message(shop).state == State.DELIVERED


def test_f1_what_is_settled_keeps_no_payload(shop):
    dispatch(now=NOW, shop=shop, connect=Scripted(Answers(State.SENT, reference="r-1")))
    batch = batch_of(shop)
    assert (batch.payload, batch.provider_ref, batch.settled_at) == (None, "r-1", NOW)


def test_f1_killed_before_sending_the_same_bytes_go_out_under_the_same_key(shop):
    provider = Scripted(WorkerKilled())
    kill_before_answer(shop, provider)
    assert batch_of(shop).state == State.SENDING
    assert dispatch(now=BACK - MINUTE, shop=shop, connect=provider) == {}
    assert dispatch(now=BACK, shop=shop, connect=provider) == {State.DELIVERED: 1}
    first, second = provider.sent
    assert first == second


def test_f1_what_is_frozen_does_not_change_any_more(shop):
    provider = Scripted(WorkerKilled())
    kill_before_answer(shop, provider)
    message = only_message(shop)
    message.customer.phone = "+821000000099"
    message.customer.save()
    dispatch(now=BACK, shop=shop, connect=provider)
    assert provider.sent[0] == provider.sent[1]
    assert only_message(shop).address == message.address


def test_f1_killed_in_freezing_nothing_has_happened(shop):
    class DiesComposing(Scripted):
        def compose(self, messages, head, account):
            raise WorkerKilled

    with pytest.raises(WorkerKilled):
        dispatch(now=NOW, shop=shop, connect=DiesComposing())
    assert (batch_of(shop).state, batch_of(shop).key) == (State.WAITING, None)
    assert dispatch(now=NOW, shop=shop, connect=Scripted()) == {State.DELIVERED: 1}


def test_f1_a_key_that_is_forgotten_is_asked_after(shop):
    provider = Scripted(AnswerLost("lost"), remembers=MINUTE, can_ask=True)
    assert dispatch(now=NOW, shop=shop, connect=provider) == {}
    assert dispatch(now=BACK, shop=shop, connect=provider) == {State.DELIVERED: 1}
    assert (len(provider.sent), len(provider.asked)) == (1, 1)
    assert provider.sent == provider.asked


def test_f1_what_cannot_be_known_is_unknown_and_never_sent_again(shop):
    provider = Scripted(AnswerLost("lost"), remembers=timedelta(0))
    dispatch(now=NOW, shop=shop, connect=provider)
    assert dispatch(now=BACK, shop=shop, connect=provider) == {State.UNKNOWN: 1}
    assert dispatch(now=BACK + HOUR, shop=shop, connect=provider) == {}
    assert len(provider.sent) == 1
    assert only_message(shop).state == State.UNKNOWN


def test_f1_while_it_is_remembered_it_is_repeated_and_no_longer(shop):
    provider = Scripted(AnswerLost("a"), AnswerLost("b"), remembers=3 * LEASE)
    dispatch(now=NOW, shop=shop, connect=provider)
    dispatch(now=BACK, shop=shop, connect=provider)
    # an answer could take the whole lease, and by then the key would be forgotten
    assert dispatch(now=BACK + LEASE + MINUTE, shop=shop, connect=provider) == {State.UNKNOWN: 1}
    assert len(provider.sent) == 2


def test_f1_asking_is_repeated_until_there_is_an_answer(shop):
    lost = [AnswerLost("lost")] * 4
    provider = Scripted(*lost, remembers=timedelta(0), can_ask=True)
    now = NOW
    for _ in range(4):
        assert dispatch(now=now, shop=shop, connect=provider) == {}
        now += LEASE + MINUTE
    assert dispatch(now=now, shop=shop, connect=provider) == {State.DELIVERED: 1}
    assert (len(provider.sent), len(provider.asked)) == (1, 4)


def test_f1_a_question_that_is_never_answered_ends_in_unknown(shop):
    lost = [AnswerLost("lost")] * 100
    provider = Scripted(*lost, remembers=timedelta(0), can_ask=True)
    now = NOW
    while batch_of(shop).state in (State.WAITING, State.SENDING):
        dispatch(now=now, shop=shop, connect=provider)
        now += LEASE + MINUTE
        assert now < NOW + 300 * LEASE  # the gateway rests more and more
    assert only_message(shop).state == State.UNKNOWN
    assert len(provider.sent) == 1


def test_f1_an_error_of_the_gateways_own_is_a_lost_answer(shop, caplog):
    provider = Scripted(ValueError("a reply that is no JSON"))
    assert dispatch(now=NOW, shop=shop, connect=provider) == {}
    assert dispatch(now=BACK, shop=shop, connect=provider) == {State.DELIVERED: 1}
    assert provider.sent[0] == provider.sent[1]


def test_f6_busy_waits_as_long_as_it_is_told(shop):
    provider = Scripted(Busy("429", wait=5 * MINUTE))
    assert dispatch(now=NOW, shop=shop, connect=provider) == {}
    assert only_message(shop).state == State.WAITING
    assert dispatch(now=NOW + 5 * MINUTE - timedelta(seconds=1), shop=shop, connect=provider) == {}
    assert dispatch(now=NOW + 6 * MINUTE, shop=shop, connect=provider) == {State.DELIVERED: 1}
    (first, text), (second, again) = provider.sent
    assert text == again
    assert first != second  # nothing was taken, so it is decided and frozen anew


def test_f3_what_was_busy_is_decided_anew_when_its_turn_comes(shop):
    provider = Scripted(Busy("429", wait=5 * MINUTE))
    dispatch(now=NOW, shop=shop, connect=provider)
    customer = only_message(shop).customer
    customer.phone = ""
    customer.save()
    assert dispatch(now=NOW + 6 * MINUTE, shop=shop, connect=provider) == {State.LEFT_OUT: 1}
    assert len(provider.sent) == 1


def test_f6_busy_without_a_time_waits_longer_each_time_and_fails_after_a_day(shop):
    provider = Scripted(*[Busy("503")] * 100)
    now, pauses = NOW, []
    while batch_of(shop).state == State.WAITING:
        dispatch(now=now, shop=shop, connect=provider)
        pauses.append((batch_of(shop).turn - now) / MINUTE)
        now = max(now, batch_of(shop).turn)
    # Up to a quarter more, so that not all come back at once.
    for pause, least in zip(pauses, [0.5, 1, 2, 4, 8, 16, 32, 60, 60], strict=False):
        assert least <= pause <= 1.25 * least
    assert NOW + DAY <= now < NOW + DAY + 2 * HOUR
    message = only_message(shop)
    assert (message.state, message.reason) == (State.FAILED, "503")


def test_f6_who_is_always_busy_for_a_moment_is_left_alone_for_longer(shop):
    provider = Scripted(*[Busy("429", wait=timedelta(seconds=1))] * 2)
    dispatch(now=NOW, shop=shop, connect=provider)
    assert dispatch(now=NOW + MINUTE / 3, shop=shop, connect=provider) == {}
    assert len(provider.sent) == 1


def test_f1_busy_after_a_lost_answer_is_still_in_doubt(shop):
    """The provider was not asked whether it had taken the first; after its memory has gone,
    the same bytes would arrive twice."""
    provider = Scripted(AnswerLost("lost"), Busy("429", wait=2 * HOUR), remembers=HOUR)
    dispatch(now=NOW, shop=shop, connect=provider)
    dispatch(now=BACK, shop=shop, connect=provider)
    assert dispatch(now=BACK + HOUR, shop=shop, connect=provider) == {}
    assert dispatch(now=BACK + 3 * HOUR, shop=shop, connect=provider) == {State.UNKNOWN: 1}
    assert len(provider.sent) == 2


def test_f1_busy_for_ever_after_a_lost_answer_is_unknown_and_not_failed(shop):
    provider = Scripted(AnswerLost("lost"), *[Busy("429")] * 100)
    now = NOW
    while batch_of(shop).state in (State.WAITING, State.SENDING):
        dispatch(now=now, shop=shop, connect=provider)
        now = max(now + MINUTE, batch_of(shop).turn)
        assert now < NOW + 1000 * HOUR
    assert only_message(shop).state == State.UNKNOWN


def test_f1_a_late_busy_of_a_worker_that_lost_its_batch_changes_nothing(shop):
    """While it slept, another worker sent the batch again: that one's answer counts."""
    provider = Scripted(WorkerKilled(), AnswerLost("lost"))
    kill_before_answer(shop, provider)
    sleeper = frozen(Batch.objects.select_related("gateway").get(shop=shop))
    dispatch(now=BACK, shop=shop, connect=provider)
    put_back(sleeper, attempt=1, until=BACK, in_doubt=False)
    assert batch_of(shop).state == State.SENDING


def test_f1_a_late_answer_of_a_worker_that_lost_its_batch_counts_once(shop):
    provider = Scripted(WorkerKilled())
    kill_before_answer(shop, provider)
    sleeper = frozen(Batch.objects.select_related("gateway").get(shop=shop))
    dispatch(now=BACK, shop=shop, connect=provider)
    assert settle(sleeper, Answers(State.FAILED), BACK) == {}
    assert only_message(shop).state == State.DELIVERED


def test_f1_rejected_is_failed_with_the_providers_word():
    shop = shop_with_messages(3)
    assert dispatch(now=NOW, shop=shop, connect=Scripted(Rejected("3013"))) == {State.FAILED: 3}
    assert {(m.state, m.reason) for m in messages(shop)} == {(State.FAILED, "3013")}
    assert batch_of(shop).failed == 3


def test_f1_each_message_may_have_an_answer_of_its_own():
    shop = shop_with_messages(3)
    failed, unknown, fine = messages(shop)
    answers = Answers(
        State.DELIVERED,
        {failed.pk: (State.FAILED, "no friend"), unknown.pk: (State.UNKNOWN, "")},
    )
    counts = dispatch(now=NOW, shop=shop, connect=Scripted(answers))
    assert counts == {State.FAILED: 1, State.UNKNOWN: 1, State.DELIVERED: 1}
    batch = batch_of(shop)
    assert (batch.failed, batch.unknown, batch.delivered) == (1, 1, 0)
    assert not Outcome.objects.filter(message=fine).exists()
