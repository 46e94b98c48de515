"""F6: a gateway whose provider fails is left alone for a while, and nobody else's is."""

from datetime import timedelta

import pytest

from messaging.breaker import (
    ACCOUNT_REST,
    FIRST_REST,
    LONGEST_REST,
    TOLERATED,
    failed,
    jitter,
    worked,
)
from messaging.dispatch import dispatch
from messaging.gateways import AccountRefused, AnswerLost, Answers, Busy, Rejected
from messaging.models import Channel, Gateway, State
from tests import factories as make
from tests.crm.street import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    messages,
    shop_with_messages,
)
from tests.messaging.post import Post, connect, pay
from tests.messaging.scripted import Scripted

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def gateway():
    return make.GatewayFactory()


def fail(gateway, times, now=NOW):
    return [failed(gateway.pk, now) for _ in range(times)][-1]


def rests_until(gateway):
    gateway.refresh_from_db()
    return gateway.rests_until


def shop_of_batches(count, monkeypatch, provider):
    """So many batches of a message each."""
    monkeypatch.setattr("messaging.gateways.phone.gateway.PhoneProvider.batch_size", 1)
    shop = shop_with_messages(count)
    monkeypatch.undo()
    connect(monkeypatch, shop, Channel.ALIMTALK, provider)
    pay(shop, 1000)
    return shop


def test_f6_the_fifth_failure_in_a_row_rests_the_gateway(gateway):
    assert fail(gateway, TOLERATED) == NOW
    assert rests_until(gateway) is None
    until = fail(gateway, 1)
    assert NOW + FIRST_REST <= until <= NOW + FIRST_REST * 1.25
    assert rests_until(gateway) == until


def test_f6_each_rest_is_longer_up_to_an_hour(gateway):
    fail(gateway, TOLERATED)
    rests = []
    now = NOW
    for _ in range(12):
        until = failed(gateway.pk, now)
        rests.append(until - now)
        now = until
    doubled = [FIRST_REST * 2**n for n in range(12)]
    assert all(
        min(least, LONGEST_REST) <= rest <= min(least, LONGEST_REST) * 1.25
        for least, rest in zip(doubled, rests, strict=True)
    )


def test_f6_the_jitter_is_the_same_for_the_same_and_differs_for_others():
    assert jitter(HOUR, "7:5") == jitter(HOUR, "7:5")
    pauses = {jitter(HOUR, f"{pk}:5") for pk in range(20)}
    assert len(pauses) == 20
    assert all(HOUR <= pause < HOUR * 1.25 for pause in pauses)


def test_f6_what_the_provider_asks_for_is_honoured_from_the_first_failure(gateway):
    assert failed(gateway.pk, NOW, 10 * MINUTE) == NOW + 10 * MINUTE
    assert rests_until(gateway) == NOW + 10 * MINUTE


def test_f6_a_short_wait_does_not_end_a_longer_rest(gateway):
    failed(gateway.pk, NOW, 15 * MINUTE)
    failed(gateway.pk, NOW, 5 * SECOND)
    assert rests_until(gateway) == NOW + 15 * MINUTE


def test_f6_one_answer_ends_it(gateway):
    fail(gateway, TOLERATED + 2)
    worked(gateway.pk)
    gateway.refresh_from_db()
    assert (gateway.failures, gateway.rests_until) == (0, None)
    assert fail(gateway, TOLERATED) == NOW


def test_f6_a_failing_gateway_is_left_alone_and_its_batches_go_later(monkeypatch):
    post = Post(*[Busy("503")] * 6)
    shop = shop_of_batches(6, monkeypatch, post)
    assert dispatch(now=NOW, shop=shop) == {}
    tried = len(post.sent)
    assert TOLERATED < tried <= 6
    until = rests_until(Gateway.objects.get(shop=shop, channel=Channel.ALIMTALK))
    assert until >= NOW + FIRST_REST
    assert dispatch(now=until - SECOND, shop=shop) == {}
    assert len(post.sent) == tried
    post.replies.clear()
    assert dispatch(now=until + MINUTE, shop=shop) == {State.DELIVERED: 6}


def test_f6_anothers_gateway_goes_on(monkeypatch):
    resting, other = shop_with_messages(1), shop_with_messages(1)
    failed(Gateway.objects.get(shop=resting, channel=Channel.ALIMTALK).pk, NOW, HOUR)
    assert dispatch(now=NOW, connect=Scripted()) == {State.DELIVERED: 1}
    assert [messages(shop)[0].state for shop in (resting, other)] == [
        State.WAITING,
        State.DELIVERED,
    ]


def test_f6_a_429_puts_off_the_whole_gateway_as_long_as_it_says(monkeypatch):
    post = Post(*[Busy("429", wait=10 * MINUTE)] * 5)
    shop = shop_of_batches(5, monkeypatch, post)
    dispatch(now=NOW, shop=shop)
    tried = len(post.sent)
    assert tried <= 4
    assert dispatch(now=NOW + 10 * MINUTE - SECOND, shop=shop) == {}
    assert len(post.sent) == tried
    post.replies.clear()
    assert dispatch(now=NOW + 11 * MINUTE, shop=shop) == {State.DELIVERED: 5}


def test_f6_a_refused_account_rests_at_once_and_nothing_fails():
    shop = shop_with_messages(1)
    provider = Scripted(AccountRefused("401"))
    assert dispatch(now=NOW, shop=shop, connect=provider) == {}
    gateway = Gateway.objects.get(shop=shop, channel=Channel.ALIMTALK)
    assert rests_until(gateway) >= NOW + ACCOUNT_REST
    assert messages(shop)[0].state == State.WAITING
    assert dispatch(now=NOW + ACCOUNT_REST - SECOND, shop=shop, connect=provider) == {}
    assert len(provider.sent) == 1
    mended = NOW + 2 * ACCOUNT_REST
    assert dispatch(now=mended, shop=shop, connect=provider) == {State.DELIVERED: 1}
    assert rests_until(gateway) is None


@pytest.mark.parametrize("answer", [Answers(State.SENT), Rejected("template")])
def test_f6_an_answer_or_a_refusal_shows_that_the_provider_is_there(answer):
    shop = shop_with_messages(1)
    gateway = Gateway.objects.get(shop=shop, channel=Channel.ALIMTALK)
    fail(gateway, 3)
    dispatch(now=NOW, shop=shop, connect=Scripted(answer))
    gateway.refresh_from_db()
    assert gateway.failures == 0


@pytest.mark.parametrize("failure", [Busy("503"), AnswerLost("timeout")])
def test_f6_a_call_without_an_answer_is_a_failure(failure):
    shop = shop_with_messages(1)
    dispatch(now=NOW, shop=shop, connect=Scripted(failure))
    assert Gateway.objects.get(shop=shop, channel=Channel.ALIMTALK).failures == 1


def test_f6_a_provider_that_is_busy_all_day_fails_the_batch():
    shop = shop_with_messages(1)
    provider = Scripted(Busy("503"), Busy("503"))
    dispatch(now=NOW, shop=shop, connect=provider)
    assert dispatch(now=NOW + DAY + HOUR, shop=shop, connect=provider) == {State.FAILED: 1}
