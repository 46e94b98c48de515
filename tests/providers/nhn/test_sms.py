"""Text through NHN Cloud's SMS: which service, what each answer means, and asking after it."""

import json
from datetime import timedelta

import pytest

from messaging.gateways import (
    AccountRefused,
    AnswerLost,
    Answers,
    Busy,
    NeverReceived,
    Number,
)
from messaging.gateways.nhn import sms as module
from messaging.gateways.nhn.sms import NhnSms
from messaging.models import Purpose, Service, State
from tests.factories import NOW
from tests.providers.nhn.answers import ACCOUNT
from tests.providers.nhn.sending import AD, KEY, LATER, batch, frozen, head, message

REFUSED = "+821012340000"


@pytest.mark.parametrize(
    ("service", "purpose", "text", "path"),
    [
        (Service.SMS, Purpose.INFORMATION, "쿠폰이 왔어요", "sms"),
        (Service.LMS, Purpose.INFORMATION, "쿠폰이 왔어요. " * 20, "mms"),
        (Service.SMS, Purpose.ADVERTISING, AD, "ad-sms"),
        (Service.LMS, Purpose.ADVERTISING, AD.replace("모든", "모든 " * 50), "ad-mms"),
    ],
)
def test_f3_each_kind_goes_its_own_way(desk, sms, service, purpose, text, path):
    letterhead = head(service, purpose=purpose)
    answer = sms.send(frozen(sms, letterhead, message(1, text=text)))
    assert answer == Answers(State.SENT, {}, "20261120010000r1")
    assert desk.requests[0].target.endswith(f"/sender/{path}")
    assert json.loads(desk.requests[0].body)["body"] == text


@pytest.mark.parametrize(
    "text",
    [
        AD.removeprefix("(광고)"),
        " " + AD,
        AD.replace("(광고)", "(광 고)"),
        AD.removesuffix("0801234567"),
        AD + "\n또 만나요",
        AD.replace("무료수신거부", "수신거부"),
    ],
)
def test_f3_advertising_without_its_marks_is_never_even_composed(text):
    with pytest.raises(ValueError, match="message 1"):
        letterhead = head(Service.SMS, purpose=Purpose.ADVERTISING)
        NhnSms().compose([message(1, text=text)], letterhead, ACCOUNT)


@pytest.mark.parametrize(
    "end", ["무료수신거부 0801234567", "무료거부 080-123-4567", "[무료 수신거부]0801234567"]
)
def test_f3_the_ways_to_write_the_refusal_that_are_documented(end):
    letterhead = head(Service.SMS, purpose=Purpose.ADVERTISING)
    assert NhnSms().compose([message(1, text=f"(광고) 할인\n{end}")], letterhead, ACCOUNT)


def test_f3_advertising_of_a_japanese_shop_needs_no_korean_marks():
    letterhead = head(Service.SMS, purpose=Purpose.ADVERTISING, country="JP")
    payload = NhnSms().compose([message(1, "+819012345678", text="セール")], letterhead, ACCOUNT)
    (body,) = payload.split(b"\n")[1:]
    assert json.loads(body)["recipientList"][0]["internationalRecipientNo"] == "819012345678"


def test_f6_a_long_shops_name_is_a_title_as_far_as_it_goes(desk, sms):
    letterhead = head(Service.LMS, shop="봄" + "a" * 38 + "날문구")
    sms.send(frozen(sms, letterhead, message(1)))
    assert json.loads(desk.requests[0].body)["title"] == "봄" + "a" * 38


def test_f6_a_number_such_as_1544_0000_has_no_zero(desk, sms):
    sms.send(batch(sms, message(1, "+8215441544")))
    assert json.loads(desk.requests[0].body)["recipientList"][0]["recipientNo"] == "15441544"


def test_the_same_text_is_one_call_and_other_texts_are_others(desk, sms):
    told = [message(1, text="가"), message(2, text="나"), message(3, text="가")]
    assert sms.send(batch(sms, *told)).state == State.SENT
    keys = [
        [one["recipientGroupingKey"] for one in json.loads(request.body)["recipientList"]]
        for request in desk.requests
    ]
    assert keys == [["1", "3"], ["2"]]


def test_f6_a_refused_number_fails_alone(sms):
    answer = sms.send(batch(sms, message(1, REFUSED), message(2)))
    assert answer.exceptions == {1: (State.FAILED, "-2019")}


def test_f6_a_wait_after_the_first_call_puts_only_the_rest_off(desk, sms):
    desk.misbehave("", {"name": "429", "seconds": 300})
    answer = sms.send(batch(sms, message(1, text="가"), message(2, text="나")))
    assert (answer.state, answer.again) == (State.SENT, {2})
    assert answer.wait == timedelta(seconds=300)


def test_f6_a_wait_at_the_first_call_puts_the_batch_off(desk, sms):
    desk.misbehave({"name": "429", "seconds": 300})
    with pytest.raises(Busy):
        sms.send(batch(sms, message(1)))


def test_f1_what_a_lease_has_no_time_for_goes_on_as_a_new_batch(sms, monkeypatch):
    monkeypatch.setattr(module, "BEGIN_WITHIN", -1)
    answer = sms.send(batch(sms, message(1, text="가"), message(2, text="나")))
    assert (answer.again, answer.wait) == ({2}, None)


def test_f1_after_a_lost_answer_only_what_is_not_listed_is_sent(desk, sms):
    desk.misbehave("", "nothing", "")
    lost = batch(sms, *(message(pk, text=str(pk)) for pk in (1, 2, 3)))
    with pytest.raises(AnswerLost):
        sms.send(lost)
    with pytest.raises(AnswerLost, match="not-listed"):
        sms.ask(lost)
    desk.now = NOW + LATER
    answer = sms.ask(lost)
    assert (answer.state, answer.again) == (State.SENT, {3})
    assert desk.taken == {1: 1, 2: 1}


def test_f1_a_batch_of_which_nothing_is_listed_was_never_received(desk, sms):
    desk.now = NOW + LATER
    with pytest.raises(NeverReceived):
        sms.ask(batch(sms, message(1)))


def test_f1_without_an_idempotency_key_nothing_is_sent_blindly():
    assert NhnSms().remembers == timedelta(0)
    assert NhnSms().can_ask


def test_f6_an_unregistered_sender_number_is_the_accounts_trouble(sms):
    letterhead = head(Service.SMS, sender="+82212345678")
    with pytest.raises(AccountRefused, match="-2312"):
        sms.send(frozen(sms, letterhead, message(1)))


def test_the_registered_numbers_and_whether_they_may_be_used(sms):
    assert list(sms.numbers(ACCOUNT)) == [
        Number("+8215446859", True),
        Number("+82212345678", False),
        Number("+82311234567", False),
    ]


def test_the_check_proves_key_and_secret(sms):
    sms.check(ACCOUNT)
    with pytest.raises(AccountRefused, match="-1000"):
        sms.check(ACCOUNT | {"app_key": "another-key"})


def test_the_batchs_key_is_what_it_is_found_by(desk, sms):
    sms.send(batch(sms, message(1)))
    assert json.loads(desk.requests[0].body)["senderGroupingKey"] == str(KEY)
