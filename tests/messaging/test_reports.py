"""F1, F10: what providers report later ends each message by the best news, however it arrives."""

import zlib
from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coupons.models import Coupon
from messaging.dispatch import dispatch
from messaging.freezing import LEASE, frozen
from messaging.gateways import AnswerLost, Answers, Busy, Rejected, Report
from messaging.integrity import find_broken
from messaging.models import COUNTERS, Batch, Gateway, Outcome, Reason, State
from messaging.reports import take_in
from messaging.settling import settle
from tests import factories as make
from tests.crm.street import (
    HOUR,
    MINUTE,
    NOW,
    add_customer,
    give,
    messages,
    shop_with_messages,
    tick,
)
from tests.messaging.scripted import Scripted

pytestmark = pytest.mark.django_db
SENT, UNKNOWN = Answers(State.SENT), Answers(State.UNKNOWN)
LATER = NOW + HOUR
NOBODYS = 999


def said(message, state, code="", at=LATER):
    return Report(message.pk, state, code, at)


def take(shop, reports):
    """What the shop's own account is told."""
    return take_in(reports, gateway=Gateway.objects.get(shop=shop, channel="alimtalk"), now=NOW)


def sent_shop(*answers):
    """A shop with three messages, and what its provider answered about their one batch."""
    shop = shop_with_messages(3)
    dispatch(now=NOW, connect=Scripted(*answers))
    return shop


def shop_with_two_batches():
    """A shop with two messages that were sent, each in a batch of its own."""
    shop = shop_with_messages(1)
    give(add_customer(shop), Coupon.objects.get(shop=shop), learned_at=NOW)
    tick(shop, NOW + HOUR)
    dispatch(now=NOW + HOUR, connect=Scripted(SENT, SENT))
    return shop


def states(shop):
    return [message.state for message in messages(shop)]


def counters(shop):
    batch = Batch.objects.get(shop=shop)
    return {State(state).name: n for state, name in COUNTERS.items() if (n := getattr(batch, name))}


def rows(shop):
    """All that reports can change."""
    batches = list(Batch.objects.filter(shop=shop).values())
    return batches, list(Outcome.objects.filter(message__shop=shop).order_by("pk").values())


def test_f1_what_is_reported_after_the_answer_is_kept_and_counted():
    shop = sent_shop(SENT)
    delivered, failed, _ = messages(shop)
    reports = [said(delivered, State.DELIVERED), said(failed, State.FAILED, "no friend")]
    assert take(shop, reports) == 0
    assert states(shop) == [State.DELIVERED, State.FAILED, State.SENT]
    assert counters(shop) == {"DELIVERED": 1, "FAILED": 1}
    outcome = Outcome.objects.get(message=failed)
    assert (outcome.reason, outcome.at) == ("no friend", LATER)
    assert find_broken() == []


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("order", [1, -1])
def test_f1_of_reports_in_any_order_the_best_holds(order, together):
    shop = sent_shop(SENT)
    message, *_ = messages(shop)
    reports = [said(message, State.FAILED, "3018"), said(message, State.DELIVERED)][::order]
    for some in [reports] if together else [[report] for report in reports]:
        take(shop, some)
    assert states(shop) == [State.DELIVERED, State.SENT, State.SENT]
    assert counters(shop) == {"DELIVERED": 1}
    assert find_broken() == []


def test_f1_what_is_reported_again_changes_nothing():
    shop = sent_shop(SENT)
    delivered, failed, _ = messages(shop)
    take(shop, [said(delivered, State.DELIVERED), said(failed, State.FAILED, "3018")])
    before = rows(shop)
    at = LATER + HOUR
    again = [said(delivered, State.DELIVERED, at=at), said(failed, State.FAILED, "other", at=at)]
    assert take(shop, again) == 0
    assert rows(shop) == before


def test_f1_lower_news_than_the_batchs_state_changes_nothing():
    shop = sent_shop(Answers(State.DELIVERED))
    before = rows(shop)
    message, *_ = messages(shop)
    take(shop, [said(message, state) for state in (State.UNKNOWN, State.SENT, State.FAILED)])
    assert rows(shop) == before


@pytest.mark.parametrize("state", [State.SENT, State.FAILED, State.DELIVERED])
def test_f1_a_message_that_was_unknown_by_itself_is_lifted(state):
    """Also to what its batch says already: the batch doesn't speak for it any more."""
    shop = shop_with_messages(3)
    lost, *_ = messages(shop)
    dispatch(now=NOW, connect=Scripted(Answers(State.SENT, {lost.pk: (State.UNKNOWN, "")})))
    take(shop, [said(lost, state)])
    assert states(shop) == [state, State.SENT, State.SENT]
    assert find_broken() == []


def test_f1_a_batch_that_ended_unknown_is_lifted_message_by_message():
    shop = sent_shop(UNKNOWN)
    sent, delivered, _ = messages(shop)
    take(shop, [said(sent, State.SENT), said(delivered, State.DELIVERED)])
    assert states(shop) == [State.SENT, State.DELIVERED, State.UNKNOWN]
    assert counters(shop) == {"SENT": 1, "DELIVERED": 1}
    take(shop, [said(sent, State.DELIVERED)])
    assert states(shop) == [State.DELIVERED, State.DELIVERED, State.UNKNOWN]
    assert counters(shop) == {"DELIVERED": 2}
    assert find_broken() == []


def test_f1_a_report_before_our_own_answer_is_kept_and_counted_by_what_settles():
    shop = shop_with_messages(3)
    delivered, failed, _ = messages(shop)
    provider = Scripted(AnswerLost("lost"), SENT)
    dispatch(now=NOW, connect=provider)
    assert take(shop, [said(delivered, State.DELIVERED), said(failed, State.FAILED, "3018")]) == 0
    assert states(shop) == [State.DELIVERED, State.FAILED, State.SENDING]
    assert find_broken() == []
    assert dispatch(now=NOW + LEASE + MINUTE, connect=provider) == {
        State.DELIVERED: 1,
        State.FAILED: 1,
        State.SENT: 1,
    }
    assert states(shop) == [State.DELIVERED, State.FAILED, State.SENT]
    assert counters(shop) == {"DELIVERED": 1, "FAILED": 1}
    assert find_broken() == []


def test_f1_an_answer_that_says_more_than_an_earlier_report_holds():
    shop = shop_with_messages(3)
    provider = Scripted(AnswerLost("lost"), Answers(State.DELIVERED))
    dispatch(now=NOW, connect=provider)
    take(shop, [said(messages(shop)[0], State.SENT)])
    assert dispatch(now=NOW + LEASE + MINUTE, connect=provider) == {State.DELIVERED: 3}
    assert states(shop) == [State.DELIVERED] * 3
    assert find_broken() == []


def test_f1_a_delivery_reported_before_a_refusal_holds():
    shop = shop_with_messages(3)
    provider = Scripted(Busy("429"), Rejected("closed"))
    dispatch(now=NOW, connect=provider)
    take(shop, [said(messages(shop)[0], State.DELIVERED)])
    counts = dispatch(now=NOW + HOUR, connect=provider)
    assert counts == {State.DELIVERED: 1, State.FAILED: 2}
    assert states(shop) == [State.DELIVERED, State.FAILED, State.FAILED]
    assert find_broken() == []


def test_f1_reports_about_nobodys_message_are_counted_and_nothing_else():
    shop = sent_shop(SENT)
    message, *_ = messages(shop)
    unknown = [Report(NOBODYS, State.DELIVERED, "", LATER), Report(-1, State.FAILED, "x", LATER)]
    assert take(shop, [*unknown, said(message, State.DELIVERED)]) == 2
    assert Outcome.objects.count() == 1
    assert find_broken() == []


def test_f1_a_report_about_what_nobody_has_sent_yet_is_a_strangers():
    shop = shop_with_messages(1)
    before = rows(shop)
    assert take(shop, [said(messages(shop)[0], State.DELIVERED)]) == 1
    assert rows(shop) == before


def test_f1_a_report_about_a_message_that_was_left_out_changes_nothing():
    shop = shop_with_messages(3)
    gone, *_ = messages(shop)
    gone.customer.phone = ""
    gone.customer.save()
    dispatch(now=NOW, connect=Scripted(SENT))
    before = rows(shop)
    assert take(shop, [said(gone, State.DELIVERED)]) == 1
    assert rows(shop) == before
    assert states(shop)[0] == State.LEFT_OUT


def test_f1_a_providers_long_word_is_kept_as_far_as_it_goes():
    shop = sent_shop(SENT)
    message, *_ = messages(shop)
    take(shop, [said(message, State.FAILED, "x" * 500)])
    assert Outcome.objects.get(message=message).reason == "x" * 40


def test_f10_an_account_has_no_say_in_another_shops_messages():
    own, other = sent_shop(SENT), sent_shop(SENT)
    reports = [said(messages(shop)[0], State.DELIVERED) for shop in (own, other)]
    before = rows(other)
    assert take(own, reports) == 1
    assert states(own)[0] == State.DELIVERED
    assert rows(other) == before


def test_f1_reports_about_several_batches_each_end_their_own():
    shop = shop_with_two_batches()
    first, second = messages(shop)
    assert take(shop, [said(second, State.FAILED, "3018"), said(first, State.DELIVERED)]) == 0
    assert states(shop) == [State.DELIVERED, State.FAILED]
    assert find_broken() == []


def test_f1_a_batch_that_goes_meanwhile_does_not_keep_the_others_news_out():
    shop = shop_with_two_batches()
    gone, stays = messages(shop)

    def delete_once_found(execute, sql, *rest):
        found = execute(sql, *rest)
        if sql.startswith('SELECT "messaging_message"'):
            Batch.objects.filter(pk=gone.batch_id).delete()
        return found

    with connection.execute_wrapper(delete_once_found):
        assert take(shop, [said(gone, State.DELIVERED), said(stays, State.DELIVERED)]) == 1
    assert Outcome.objects.get().message_id == stays.pk


NEWS = st.sampled_from([State.UNKNOWN, State.SENT, State.FAILED, State.DELIVERED])
MEMBERS = 3
REPORTS = st.lists(st.tuples(st.integers(0, MEMBERS), NEWS), max_size=4)


def a_batch_that_is_out():
    """What was handed over: the members' messages, and one that was left out before."""
    batch = make.BatchFactory(state=State.SENDING)
    members = [make.MessageFactory(batch=batch) for _ in range(MEMBERS + 1)]
    make.OutcomeFactory(message=members[MEMBERS], state=State.LEFT_OUT)
    Batch.objects.filter(pk=batch.pk).update(payload=zlib.compress(b"[]"))
    return frozen(Batch.objects.select_related("gateway").get(pk=batch.pk)), members


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    before=st.lists(REPORTS, max_size=3),
    after=st.lists(REPORTS, max_size=3),
    everyone=NEWS,
    own=st.dictionaries(st.integers(0, MEMBERS), NEWS, max_size=2),
)
def test_f1_in_any_interleaving_the_end_is_the_best_news(before, after, everyone, own):
    out, members = a_batch_that_is_out()
    shop = members[0].shop
    best = {n: own.get(n, everyone) for n in range(MEMBERS)}
    for reports in (*before, *after):
        for n, state in reports:
            best[n] = max(best.get(n, state), state)
    best[MEMBERS] = State.LEFT_OUT

    def take_all(lists):
        for reports in lists:
            take(shop, [said(members[n], state) for n, state in reports])

    take_all(before)
    answers = Answers(everyone, {members[n].pk: (state, "") for n, state in own.items()})
    counts = settle(out, answers, NOW)
    assert counts.total() == MEMBERS
    take_all(after)
    assert settle(out, UNKNOWN, LATER) == {}
    assert states(shop) == [best[n] for n in range(MEMBERS + 1)]
    assert messages(shop)[MEMBERS].reason == Reason.COUPON_GONE
    assert find_broken(shop) == []


def test_f1_a_report_long_after_the_end_still_counts():
    shop = sent_shop(UNKNOWN)
    take(shop, [said(messages(shop)[0], State.DELIVERED, at=NOW + timedelta(days=30))])
    assert states(shop)[0] == State.DELIVERED
