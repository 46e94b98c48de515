"""Alimtalk through NHN Cloud: what goes out, what each answer means, and asking after it."""

import json

import pytest

from messaging.gateways import AccountRefused, AnswerLost, Answers, Busy, NeverReceived, Rejected
from messaging.gateways.nhn.alimtalk import NhnAlimtalk
from messaging.models import State
from tests.factories import NOW
from tests.providers.nhn.answers import ACCOUNT
from tests.providers.nhn.sending import KEY, LATER, approve, batch, head, message

REFUSED, NO_KAKAO = "+821012340000", "+821012349999"


@pytest.fixture(autouse=True)
def approved(desk):
    approve(desk)


def body(*messages, **letterhead):
    return json.loads(NhnAlimtalk().compose(messages, head(**letterhead), ACCOUNT))


def resend(fallback, **letterhead):
    found = body(message(1, fallback=fallback), **letterhead)
    return found["recipientList"][0]["resendParameter"]


def test_f1_the_batch_and_its_messages_go_out_under_our_keys(desk, alimtalk):
    assert alimtalk.send(batch(alimtalk, message(1), message(2))) == Answers(
        State.SENT, {}, "20261120010000r1"
    )
    headers = desk.requests[0].headers
    assert headers["x-nc-api-idempotency-key"] == str(KEY)
    sent = json.loads(desk.requests[0].body)
    assert sent["senderGroupingKey"] == str(KEY)
    assert [one["recipientGroupingKey"] for one in sent["recipientList"]] == ["1", "2"]
    assert sent["recipientList"][0]["recipientNo"] == "01012341111"


def test_f10_no_secret_is_in_what_is_stored():
    stored = NhnAlimtalk().compose([message(1)], head(), ACCOUNT).decode()
    assert ACCOUNT["secret_key"] not in stored
    assert ACCOUNT["webhook_signature"] not in stored


def test_a_thousand_recipients_are_one_call(desk, alimtalk):
    answer = alimtalk.send(batch(alimtalk, *map(message, range(1, 1001))))
    assert answer.state == State.SENT
    assert len(desk.requests) == 1
    assert len(desk.taken) == alimtalk.batch_size == 1000


def test_f6_without_a_fallback_the_consoles_setting_does_not_send_text():
    assert resend("") == {"isResend": False}


def test_f6_a_short_fallback_is_an_sms():
    assert resend("가" * 45) == {
        "isResend": True,
        "resendType": "SMS",
        "resendContent": "가" * 45,
        "resendSendNo": "15446859",
    }


def test_f6_a_longer_fallback_is_an_lms_with_a_title():
    told = resend("가" * 45 + "1", shop="가" * 30)
    assert told["resendType"] == "LMS"
    assert told["resendTitle"] == "가" * 20


def test_f6_who_is_refused_fails_alone_with_the_providers_word(alimtalk):
    answer = alimtalk.send(batch(alimtalk, message(1, REFUSED), message(2)))
    assert answer.state == State.SENT
    assert answer.exceptions == {1: (State.FAILED, "-5000")}


def test_f6_where_all_are_refused_each_keeps_its_word(alimtalk):
    answer = alimtalk.send(batch(alimtalk, message(1, REFUSED), message(2, text="다른 글")))
    assert answer.exceptions == {1: (State.FAILED, "-5000"), 2: (State.FAILED, "-3010")}


def test_f6_a_button_that_was_not_approved_is_refused(alimtalk):
    answer = alimtalk.send(batch(alimtalk, message(1, buttons=()), message(2)))
    assert answer.exceptions == {1: (State.FAILED, "-3011")}


def test_f6_what_differs_from_the_approved_wording_still_goes_out_as_text(alimtalk):
    answer = alimtalk.send(batch(alimtalk, message(1, text="다른 글", fallback="쿠폰이 왔어요")))
    assert answer == Answers(State.SENT, {}, answer.reference)


@pytest.mark.parametrize(("change", "code"), [("status", "-3005"), ("gone", "-3003")])
def test_f6_a_template_that_is_not_approved_refuses_the_batch(desk, alimtalk, change, code):
    if change == "gone":
        del desk.templates["spring"]
    else:
        desk.templates["spring"].status = "TSC02"
    with pytest.raises(Rejected, match=code):
        alimtalk.send(batch(alimtalk, message(1)))


@pytest.mark.parametrize(
    ("change", "code"),
    [({"app_key": "another-key"}, "-1000"), ({"secret_key": "wrong"}, "-1001")],
)
def test_f6_a_wrong_key_is_the_accounts_trouble_and_nothing_is_taken(alimtalk, change, code):
    with pytest.raises(AccountRefused, match=code):
        alimtalk.send(batch(alimtalk, message(1), **change))


@pytest.mark.parametrize("code", ["-2019", "-2018", "-4200", "-8008"])
def test_f6_what_is_wrong_with_the_request_stays_wrong(desk, alimtalk, code):
    desk.always = code
    with pytest.raises(Rejected, match=code):
        alimtalk.send(batch(alimtalk, message(1)))


@pytest.mark.parametrize("code", ["-9999", "-7000"])
def test_f1_trouble_on_their_side_leaves_it_in_doubt(desk, alimtalk, code):
    desk.always = code
    with pytest.raises(AnswerLost, match=code):
        alimtalk.send(batch(alimtalk, message(1)))


@pytest.mark.parametrize("fault", ["429", "503"])
def test_f6_a_wait_is_honoured(desk, alimtalk, fault):
    desk.misbehave({"name": fault, "seconds": 300})
    with pytest.raises(Busy) as busy:
        alimtalk.send(batch(alimtalk, message(1)))
    assert busy.value.wait and busy.value.wait.total_seconds() == 300


@pytest.mark.parametrize("fault", ["500-after", "garbage", "half", "nothing", "no-ids"])
def test_f1_what_was_taken_is_found_by_its_key(desk, alimtalk, fault):
    desk.misbehave(fault)
    lost = batch(alimtalk, message(1), message(2, NO_KAKAO))
    with pytest.raises(AnswerLost):
        alimtalk.send(lost)
    assert alimtalk.ask(lost) == Answers(State.SENT, {}, "20261120010000r1")


def test_f1_a_refusal_is_found_again_when_asked(desk, alimtalk):
    desk.misbehave("nothing")
    lost = batch(alimtalk, message(1, REFUSED), message(2))
    with pytest.raises(AnswerLost):
        alimtalk.send(lost)
    assert alimtalk.ask(lost).exceptions == {1: (State.FAILED, "-5000")}


def test_f1_a_used_key_means_taken_and_is_asked_after_at_once(desk, alimtalk):
    again = batch(alimtalk, message(1))
    assert alimtalk.send(again) == alimtalk.send(again)
    assert desk.taken == {1: 1}


def test_f1_a_used_key_is_never_taken_for_a_batch_not_received(desk, alimtalk):
    again = batch(alimtalk, message(1))
    alimtalk.send(again)
    desk.sees_all = False
    desk.now = NOW + LATER / 2
    with pytest.raises(AnswerLost):
        alimtalk.send(again)


def test_f1_an_empty_list_proves_nothing_as_long_as_it_may_be_behind(desk, alimtalk):
    lost = batch(alimtalk, message(1))
    desk.now = NOW + LATER * 0.9
    with pytest.raises(AnswerLost, match="not-listed"):
        alimtalk.ask(lost)
    desk.now = NOW + LATER
    with pytest.raises(NeverReceived):
        alimtalk.ask(lost)


def test_f1_of_a_batch_that_is_listed_in_part_nothing_is_sent_again(desk, alimtalk):
    lost = batch(alimtalk, message(1), message(2))
    alimtalk.send(lost)
    del desk.rows[1]
    with pytest.raises(AnswerLost):
        alimtalk.ask(lost)
    desk.now = NOW + LATER
    assert alimtalk.ask(lost).exceptions == {2: (State.UNKNOWN, "")}


def test_the_check_proves_keys_and_channel(alimtalk):
    alimtalk.check(ACCOUNT)
    with pytest.raises(AccountRefused, match="-1001"):
        alimtalk.check(ACCOUNT | {"secret_key": "wrong"})
    with pytest.raises(AccountRefused, match="-2017"):
        alimtalk.check(ACCOUNT | {"sender_key": "b" * 40})
