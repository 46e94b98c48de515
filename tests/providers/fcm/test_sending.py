"""What becomes of each push, by the table in `messaging.gateways.fcm.results`."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from messaging.errands import LATEST_BEGINNING
from messaging.freezing import LEASE
from messaging.gateways import AccountRefused, Answers, Busy
from messaging.gateways.fcm import gateway, tokens
from messaging.models import State
from tests.providers.fcm.google import private_key, service_account
from tests.providers.fcm.sending import google, push, send

MINUTE = timedelta(minutes=1)


def test_a_push_arrives_with_what_a_tap_opens():
    with google() as (desk, provider):
        said = send(provider, [push(1), push(2, link="")])
    assert said == Answers(State.SENT)
    assert desk.taken["t1"] == {
        "token": "t1",
        "notification": {"title": "봄날문구", "body": "쿠폰이 왔어요."},
        "data": {"link": "https://shop.example/c", "message": "1"},
    }
    assert desk.taken["t2"]["data"] == {"link": "", "message": "2"}


def test_a_token_that_is_gone_fails_and_is_dead():
    with google({"t2": "UNREGISTERED"}) as (desk, provider):
        said = send(provider, [push(1), push(2), push(3)])
    failed = {2: (State.FAILED, "UNREGISTERED")}
    assert said == Answers(State.SENT, failed, dead=frozenset({2}))
    assert desk.taken.keys() == {"t1", "t3"}


@pytest.mark.parametrize(
    "code", ["SENDER_ID_MISMATCH", "INVALID_ARGUMENT", "THIRD_PARTY_AUTH_ERROR"]
)
def test_a_push_that_is_refused_fails_alone_and_its_token_is_not_dead(code):
    with google({"t1": code}) as (_desk, provider):
        said = send(provider, [push(1), push(2)])
    assert said == Answers(State.SENT, {1: (State.FAILED, code)})


@pytest.mark.parametrize("code", ["QUOTA_EXCEEDED", "UNAVAILABLE"])
@pytest.mark.parametrize("seconds", [0, 90])
def test_a_push_that_is_to_wait_goes_again(code, seconds):
    with google({"t1": code}) as (desk, provider):
        desk.retry_after = seconds
        said = send(provider, [push(1), push(2)])
    wait = timedelta(seconds=seconds) or MINUTE
    assert said == Answers(State.SENT, again=frozenset({1}), wait=wait)


@pytest.mark.parametrize("fault", ["nothing", "half", "garbage", "500-after", "late"])
def test_f1_a_push_whose_answer_was_lost_is_unknown(fault):
    with google() as (desk, provider):
        send(provider, [push(1)])
        desk.misbehave(fault)
        said = send(provider, [push(2)])
    assert said == Answers(State.UNKNOWN)
    assert desk.taken.keys() == {"t1", "t2"}, "FCM has it, and we can't know"


def test_f1_beside_an_unknown_push_the_others_are_sent():
    with google({"t1": "INTERNAL", "t2": "UNREGISTERED", "t4": "UNAVAILABLE"}) as (_desk, provider):
        said = send(provider, [push(pk) for pk in (1, 2, 3, 4)])
    told = {2: (State.FAILED, "UNREGISTERED"), 3: (State.SENT, "")}
    assert said == Answers(
        State.UNKNOWN, told, again=frozenset({4}), wait=MINUTE, dead=frozenset({2})
    )


@pytest.mark.parametrize("code", ["QUOTA_EXCEEDED", "UNAVAILABLE"])
def test_where_all_are_to_wait_the_batch_waits(code):
    with google({"t1": code, "t2": code}) as (_desk, provider), pytest.raises(Busy) as end:
        send(provider, [push(1), push(2)])
    assert (type(end.value), end.value.code, end.value.wait) == (Busy, code, MINUTE)


def test_nobody_there_is_busy():
    with google() as (_desk, provider):
        send(provider, [push(1)])
    with pytest.raises(Busy, match="no-connection"):
        send(provider, [push(2)])


def test_a_push_that_is_too_long_fails_alone():
    room = 4096 - len('{"notification":{"title":"t","body":""},"data":{"link":"","message":"1"}}')
    fits = push(1, title="t", text="x" * room, link="")
    over = push(2, title="t", text="가" * (room // 3 + 1), link="")
    with google() as (desk, provider):
        said = send(provider, [fits, over])
    assert said == Answers(State.SENT, {2: (State.FAILED, "too-long")})
    assert desk.taken.keys() == {"t1"}


def test_one_token_serves_many_batches_until_it_ends():
    with google() as (desk, provider):
        for pk in range(5):
            send(provider, [push(pk)])
        assert desk.tokens == 1
        other = service_account(private_key_id="k-2")
        send(provider, [push(5)], other)
    assert desk.tokens == 2, "another key has a token of its own"


def test_a_token_about_to_end_is_not_used(monkeypatch):
    with google() as (desk, provider):
        desk.life = tokens._EARLY
        send(provider, [push(1)])
        monkeypatch.setattr(desk, "life", 3600)
        send(provider, [push(2)])
    assert desk.tokens > 1


def test_a_token_taken_back_before_its_time_is_fetched_anew():
    with google() as (desk, provider):
        send(provider, [push(1)])
        desk.good.clear()
        said = send(provider, [push(2)])
    assert said == Answers(State.SENT)
    assert desk.tokens == 2


def test_a_key_that_google_does_not_know_is_the_accounts_fault():
    other = private_key(rsa.generate_private_key(public_exponent=65537, key_size=2048))
    with google() as (desk, provider), pytest.raises(AccountRefused) as end:
        send(provider, [push(1)], service_account(private_key=other))
    assert (end.value.code, desk.taken) == ("invalid_grant", {})


def test_an_account_that_may_not_send_is_refused():
    with google({"t1": "PERMISSION_DENIED"}) as (_desk, provider), pytest.raises(AccountRefused):
        send(provider, [push(1)])


@pytest.mark.parametrize("fault", ["429", "503", "nothing", "garbage", "500-before"])
def test_without_a_token_nothing_is_begun(fault):
    with google() as (desk, provider):
        desk.misbehave(fault)
        with pytest.raises(Busy):
            send(provider, [push(1)])
        assert desk.taken == {}
        assert send(provider, [push(1)]) == Answers(State.SENT)


def test_f1_what_is_not_begun_in_time_goes_again():
    with google(begins=-1) as (desk, provider), pytest.raises(Busy, match="too-slow"):
        send(provider, [push(1)])
    assert desk.taken == {}


def test_f1_a_batch_ends_well_before_another_worker_takes_it_up():
    # The last push is begun at the latest moment; or not at all, having waited for a token.
    push_takes = gateway._PATIENCE.connect + gateway._PATIENCE.whole
    longest = timedelta(seconds=gateway._BEGINS + max(push_takes, 2 * tokens.LONGEST))
    assert LATEST_BEGINNING + longest < LEASE
