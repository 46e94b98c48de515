"""F1: what providers don't tell by themselves is asked, with the effect of a webhook."""

from datetime import timedelta
from itertools import pairwise
from threading import Event

import pytest

from messaging.dispatch import dispatch
from messaging.freezing import LEASE
from messaging.gateways import PROVIDERS, AnswerLost, Answers, GatewayError, Report
from messaging.integrity import find_broken
from messaging.models import Batch, Gateway, Outcome, State
from messaging.polling import NEWS_FOR, OVERLAP, PART, SPAN, poll_due
from tests.crm.street import DAY, HOUR, MINUTE, NOW, messages, shop_with_messages
from tests.messaging.desk import GOOD, NAME, SECRET, BatchDesk, PeriodDesk, open_desk

pytestmark = pytest.mark.django_db
SENT = Answers(State.SENT, reference="b-1")
BUDGET = timedelta(seconds=20)
CONNECTED = NOW - 30 * MINUTE
SOON, LATER = NOW + timedelta(seconds=1), NOW + 5 * MINUTE


class SlowDesk(PeriodDesk):
    """Takes a while for each question."""

    def poll(self, account, since, until):
        Event().wait(0.3)
        return super().poll(account, since, until)


def sent_shop(desk, *answers, name=NAME, count=2):
    """A shop whose messages this provider was handed."""
    shop = shop_with_messages(count)
    gateway = Gateway.objects.get(shop=shop, channel="alimtalk")
    gateway.provider, gateway.account, gateway.connected_at = name, GOOD, CONNECTED
    gateway.save()
    desk.replies += answers or (SENT,)
    dispatch(now=NOW, shop=shop, connect=PROVIDERS.__getitem__)
    return shop


def through(shop):
    return Gateway.objects.get(shop=shop, channel="alimtalk").polled_through


def states(shop):
    return [message.state for message in messages(shop)]


def delivered(shop):
    return tuple(Report(one.pk, State.DELIVERED, "", LATER) for one in messages(shop))


def test_f1_the_news_of_a_period_end_their_messages_and_are_asked_once_more():
    with open_desk(PeriodDesk()) as desk:
        shop = sent_shop(desk)
        desk.news = (*delivered(shop)[:1], Report(999, State.FAILED, "x", LATER))
        assert poll_due(LATER, BUDGET) == 2
        assert states(shop) == [State.DELIVERED, State.SENT]
        assert poll_due(LATER + MINUTE, BUDGET) == 2
    assert desk.periods == [(CONNECTED, LATER), (LATER - OVERLAP, LATER + MINUTE)]
    assert through(shop) == LATER + MINUTE
    assert Outcome.objects.count() == 1
    assert find_broken() == []


def test_f1_news_before_our_own_request_has_settled_are_kept():
    with open_desk(PeriodDesk()) as desk:
        shop = sent_shop(desk, AnswerLost("lost"), SENT)
        desk.news = delivered(shop)[:1]
        poll_due(LATER, BUDGET)
        assert states(shop) == [State.DELIVERED, State.SENDING]
        dispatch(now=NOW + LEASE + MINUTE, connect=PROVIDERS.__getitem__)
    assert states(shop) == [State.DELIVERED, State.SENT]
    assert find_broken() == []


def test_f1_a_period_counts_as_asked_only_when_its_news_are_taken_in():
    with open_desk(PeriodDesk(down=GatewayError("500"))) as desk:
        shop = sent_shop(desk)
        desk.news = delivered(shop)[:1]
        assert poll_due(LATER, BUDGET) == 0
        assert through(shop) is None
        desk.down = None
        assert poll_due(LATER, BUDGET) == 1
    assert states(shop) == [State.DELIVERED, State.SENT]
    assert through(shop) == LATER


def covered(periods):
    """What these questions cover without a gap."""
    assert all(before[1] == after[0] for before, after in pairwise(periods))
    assert all(until - since <= PART for since, until in periods)
    return periods[0][0], periods[-1][1]


def test_a_round_covers_a_day_at_most_and_goes_back_no_further_than_news_come():
    with open_desk(PeriodDesk()) as desk:
        shop = sent_shop(desk)
        Gateway.objects.update(connected_at=NOW - 90 * DAY)
        poll_due(LATER, BUDGET)
        first = list(desk.periods)
        poll_due(LATER, BUDGET)
    start = LATER - NEWS_FOR
    again = start + SPAN - OVERLAP
    assert covered(first) == (start, start + SPAN)
    assert covered(desk.periods[len(first) :]) == (again, again + SPAN)
    assert through(shop) == start + 2 * SPAN - OVERLAP


def test_a_round_whose_time_is_over_keeps_the_parts_it_has_asked_for():
    with open_desk(SlowDesk()) as desk:
        shop = sent_shop(desk)
        Gateway.objects.update(connected_at=NOW - DAY)
        poll_due(LATER, timedelta(seconds=1))
    assert len(desk.periods) < 24
    assert through(shop) == desk.periods[-1][1]


def test_an_account_that_cannot_be_read_stops_only_itself(settings, caplog):
    with open_desk(PeriodDesk()) as broken, open_desk(PeriodDesk(), "good") as good:
        lost, shop = sent_shop(broken), sent_shop(good, name="good")
        keys, settings.ENCRYPTION_KEYS = settings.ENCRYPTION_KEYS, ["x" * 43 + "="]
        Gateway.objects.filter(shop=lost, channel="alimtalk").update(account=GOOD)
        settings.ENCRYPTION_KEYS = keys
        good.news = delivered(shop)
        poll_due(LATER, BUDGET)
        assert broken.periods == []
    assert states(shop) == [State.DELIVERED] * 2
    assert "can't be asked for news: unreadable" in caplog.text


def test_nobody_asks_where_nothing_more_can_become_known():
    with open_desk(PeriodDesk()) as desk:
        sent_shop(desk, Answers(State.DELIVERED))
        poll_due(LATER, BUDGET)
        shop = sent_shop(desk)
        poll_due(NOW + NEWS_FOR + HOUR, BUDGET)
        assert desk.periods == []
        poll_due(LATER, BUDGET)
        assert through(shop) == LATER


def test_f6_a_gateway_that_rests_is_left_alone():
    with open_desk(PeriodDesk()) as desk:
        sent_shop(desk)
        Gateway.objects.update(rests_until=LATER + MINUTE)
        poll_due(LATER, BUDGET)
        assert desk.periods == []
        poll_due(LATER + MINUTE, BUDGET)
        assert len(desk.periods) == 1


@pytest.mark.parametrize("error", [GatewayError(f"401 {SECRET}"), RuntimeError(SECRET)])
def test_a_broken_provider_stops_no_other_and_tells_no_secret(error, caplog):
    with open_desk(PeriodDesk(down=error)) as broken, open_desk(PeriodDesk(), "good") as good:
        sent_shop(broken)
        shop = sent_shop(good, name="good")
        good.news = delivered(shop)
        assert poll_due(LATER, BUDGET) == 2
    assert states(shop) == [State.DELIVERED] * 2
    assert caplog.records
    assert SECRET not in caplog.text


def test_nothing_is_begun_once_the_time_is_over():
    with open_desk(PeriodDesk()) as desk:
        sent_shop(desk)
        assert poll_due(LATER, timedelta(0)) == 0
        assert desk.periods == []


def test_f1_a_batch_is_asked_after_with_all_that_its_provider_may_know():
    with open_desk(BatchDesk()) as desk:
        shop = sent_shop(desk)
        desk.news = delivered(shop)[:1]
        assert poll_due(SOON, BUDGET) == 1
    batch = Batch.objects.get(shop=shop)
    (posted,) = desk.posted
    assert (posted.key, posted.reference, posted.frozen_at) == (batch.key, "b-1", batch.frozen_at)
    assert posted.messages == {m.address: [m.pk] for m in messages(shop)}
    assert states(shop) == [State.DELIVERED, State.SENT]


def test_a_batch_is_asked_after_less_and_less_often_and_then_no_more():
    with open_desk(BatchDesk()) as desk:
        shop = sent_shop(desk)
        asked = []
        for minutes in [*range(0, 40), *range(240, 310), 5758, 5761, 6000]:
            desk.posted.clear()
            poll_due(SOON + minutes * MINUTE, BUDGET)
            asked += [minutes] if desk.posted else []
    assert asked == [*range(10), 10, 20, 30, 240, 300, 5758]
    assert through(shop) == SOON + 5758 * MINUTE


def test_a_batch_that_has_ended_is_not_asked_after():
    with open_desk(BatchDesk()) as desk:
        shop = sent_shop(desk)
        desk.news = delivered(shop)
        poll_due(SOON, BUDGET)
        poll_due(LATER, BUDGET)
        assert len(desk.posted) == 1
    assert states(shop) == [State.DELIVERED] * 2


def test_a_batch_that_the_provider_before_was_handed_is_not_asked_after():
    with open_desk(BatchDesk()) as desk:
        sent_shop(desk)
        Gateway.objects.update(connected_at=NOW + MINUTE)
        poll_due(LATER, BUDGET)
        assert desk.posted == []


def two_batches(desk, apart):
    """Two batches of one gateway, the second settled so much later."""
    one, other = sent_shop(desk), sent_shop(desk)
    first, second = Batch.objects.get(shop=one), Batch.objects.filter(shop=other)
    second.update(
        shop=one, gateway=first.gateway, settled_at=first.settled_at + apart, provider_ref="b-2"
    )


def test_a_batch_that_cannot_be_asked_after_does_not_hold_the_others_up():
    with open_desk(BatchDesk(poisoned=["b-1"])) as desk:
        two_batches(desk, apart=timedelta(seconds=1))
        poll_due(NOW + timedelta(seconds=5), BUDGET)
        assert [posted.reference for posted in desk.posted] == ["b-1", "b-2"]


@pytest.mark.parametrize("apart", [timedelta(0), timedelta(seconds=20)])
def test_what_does_not_fit_into_a_round_is_asked_in_the_next(monkeypatch, apart):
    monkeypatch.setattr("messaging.polling.BATCHES", 1)
    with open_desk(BatchDesk()) as desk:
        two_batches(desk, apart)
        for minute in range(1, 5):
            poll_due(NOW + minute * MINUTE, BUDGET)
    assert {posted.reference for posted in desk.posted} == {"b-1", "b-2"}
