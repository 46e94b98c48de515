"""F1, F6: what SOLAPI's answers mean, and how a batch is found whose answer was lost."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from solapi.model.response.groups.get_group_messages import GetGroupMessagesResponse
from solapi.model.response.messages.get_messages import GetMessagesResponse
from solapi.model.response.send_message_response import SendMessageResponse

from messaging.gateways import AccountRefused, AnswerLost, Answers, Busy, Posted, Rejected
from messaging.gateways.solapi import api
from messaging.gateways.solapi.gateway import INCOMPLETE, NOT_FOUND, TOP_UP, UNREGISTERED
from messaging.models import State
from tests.factories import NOW
from tests.providers.solapi.desk import ACCOUNT
from tests.providers.solapi.sending import HEAD, LMS, SMS, batch, message, send

BLOCKED = "+821012340000"
LOST = ["500-before", "500-after", "garbage", "half", "nothing-before", "nothing", "no-ids"]


def sent_and_lost(solapi, desk, *messages, head=HEAD):
    """A batch that was taken, with its answer lost."""
    desk.misbehave("nothing")
    held = batch(*messages, head=head)
    with pytest.raises(AnswerLost):
        solapi.send(held)
    return held


def test_f6_what_was_taken_is_sent_and_known_by_its_group(solapi, desk):
    assert send(solapi, [message(), message(2)]) == Answers(
        State.SENT, reference=next(iter(desk.groups))
    )


def test_f6_the_stand_ins_answers_are_such_as_the_sdk_reads(solapi, desk):
    """Else it would prove little that our gateway reads them."""
    held = sent_and_lost(solapi, desk, message(), message(2, address=BLOCKED))
    solapi.ask(held)
    bodies = [response.body for response in desk.answered]
    SendMessageResponse.model_validate_json(bodies[0])
    GetMessagesResponse.model_validate_json(bodies[1])
    GetGroupMessagesResponse.model_validate_json(bodies[2])


@pytest.mark.parametrize(
    ("changes", "head", "code"),
    [
        ({"address": BLOCKED}, HEAD, "1060"),
        ({}, replace(HEAD, template_code="KA01TPX"), "1042"),
        ({}, replace(HEAD, sender="+82310000000"), "1062"),
        ({"text": "☃ 쿠폰"}, SMS, "1029"),
        ({"text": "가" * 46}, SMS, "1031"),
        ({"text": "가" * 1001}, LMS, "1031"),
        ({"title": "가" * 21}, LMS, "1014"),
    ],
)
def test_f6_a_refused_message_fails_alone_with_solapis_code(solapi, changes, head, code):
    found = send(solapi, [message(**changes)], head)
    assert found.exceptions == {1: (State.FAILED, code)}


def test_f6_the_others_of_a_refused_one_are_sent(solapi):
    found = send(solapi, [message(), message(2, address=BLOCKED)])
    assert (found.state, found.exceptions) == (State.SENT, {2: (State.FAILED, "1060")})


def test_f6_what_the_balance_did_not_suffice_for_goes_again_later(solapi, desk):
    desk.balance = 1
    found = send(solapi, [message(), message(2)])
    assert (found.again, found.wait, found.exceptions) == (frozenset({2}), TOP_UP, {})


def test_f6_without_a_balance_the_gateway_rests(solapi, desk):
    desk.balance = 0
    with pytest.raises(AccountRefused, match="1030"):
        send(solapi, [message(), message(2)])


@pytest.mark.parametrize(
    ("account", "code"),
    [
        ({"api_key": "NCSOTHER"}, "InvalidAPIKey"),
        ({"api_secret": "another"}, "SignatureDoesNotMatch"),
    ],
)
def test_f6_a_wrong_account_is_refused_and_takes_no_message_with_it(solapi, desk, account, code):
    with pytest.raises(AccountRefused, match=code):
        solapi.send(batch(message(), **account))
    with pytest.raises(AccountRefused, match=code):
        solapi.check(ACCOUNT | account)
    assert desk.groups == {}


@pytest.mark.parametrize("minutes", [-16, 16])
def test_f6_where_the_clocks_differ_nothing_was_taken(solapi, monkeypatch, minutes):
    monkeypatch.setattr(api, "datetime", _shifted(timedelta(minutes=minutes)))
    with pytest.raises(Busy, match="RequestTimeTooSkewed") as error:
        send(solapi, [message()])
    assert not isinstance(error.value, AccountRefused)


def _shifted(by):
    class Shifted(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + by

    return Shifted


def test_f1_a_request_that_something_between_repeated_was_taken(solapi, desk, monkeypatch):
    """The first came through, its answer was lost, and the repetition is refused."""
    route = desk.route
    monkeypatch.setattr(desk, "route", lambda request: (route(request), route(request))[1])
    with pytest.raises(AnswerLost, match="DuplicatedSignature"):
        send(solapi, [message()])
    assert len(desk.rows) == 1


def test_f6_a_malformed_request_is_refused_for_good(solapi, desk):
    with pytest.raises(Rejected, match="ValidationError"):
        send(solapi, [message()], replace(HEAD, template_code=""))
    assert [wrong.partition(":")[0] for wrong in desk.wrong] == ["ValidationError"]
    desk.wrong.clear()


def test_f6_a_wait_is_honoured(solapi, desk):
    desk.misbehave({"name": "429", "seconds": 300})
    with pytest.raises(Busy) as error:
        send(solapi, [message()])
    assert error.value.wait == timedelta(minutes=5)


@pytest.mark.parametrize("fault", LOST)
def test_f1_in_doubt_nothing_is_concluded(solapi, desk, fault):
    desk.misbehave(fault)
    with pytest.raises(AnswerLost):
        send(solapi, [message()])


def test_f1_a_batch_is_found_by_its_key_among_others_to_the_same_number(solapi, desk):
    send(solapi, [message()], replace(HEAD, key=UUID(int=8)))
    held = sent_and_lost(solapi, desk, message(), message(2))
    send(solapi, [message()], replace(HEAD, key=UUID(int=9)))
    desk.page = 1
    assert solapi.ask(held) == Answers(State.SENT, reference=list(desk.groups)[1])


def test_f1_a_found_batch_tells_what_became_of_each(solapi, desk):
    held = sent_and_lost(solapi, desk, message(), message(2, address="+821012349999"))
    desk.deliver()
    found = solapi.ask(held)
    states = {1: found.state, 2: found.state} | dict.fromkeys(found.exceptions, State.FAILED)
    assert states == {1: State.DELIVERED, 2: State.FAILED}
    assert found.exceptions == {2: (State.FAILED, "3104")}


def test_f5_of_a_found_batch_the_reports_tell_what_went_as_text(solapi, desk):
    """An answer can't say so, and text has another price."""
    texted = message(address="+821012349999", fallback="쿠폰이 왔어요")
    held = sent_and_lost(solapi, desk, texted)
    desk.deliver()
    found = solapi.ask(held)
    assert found == Answers(State.SENT, reference=next(iter(desk.groups)))
    (report,) = solapi.poll_batch(ACCOUNT, Posted(held.key, found.reference, NOW, {}))
    assert (report.state, report.fell_back) == (State.DELIVERED, True)


def test_f1_a_batch_whose_first_messages_were_refused_is_found_all_the_same(solapi, desk):
    held = sent_and_lost(solapi, desk, message(1, address=BLOCKED), message(2))
    found = solapi.ask(held)
    assert (found.state, found.exceptions) == (State.SENT, {1: (State.FAILED, UNREGISTERED)})


def test_f1_a_batch_that_is_still_being_registered_is_asked_after_again(solapi, desk):
    held = sent_and_lost(solapi, desk, message(), message(2))
    group = next(iter(desk.groups.values()))
    group["rows"].pop()
    with pytest.raises(AnswerLost, match=INCOMPLETE):
        solapi.ask(held)


def test_f1_that_it_is_not_listed_does_not_prove_that_it_was_never_received(solapi):
    with pytest.raises(AnswerLost, match=NOT_FOUND):
        solapi.ask(batch(message()))


def test_f1_a_group_of_long_before_is_not_asked_for(solapi, desk):
    desk.now = NOW - timedelta(minutes=20)
    held = sent_and_lost(solapi, desk, message())
    with pytest.raises(AnswerLost, match=NOT_FOUND):
        solapi.ask(held)


@pytest.mark.parametrize("fault", [*LOST, "401", "429"])
def test_f1_a_question_that_goes_wrong_settles_nothing(solapi, desk, fault):
    held = sent_and_lost(solapi, desk, message())
    desk.misbehave(fault)
    with pytest.raises((AnswerLost, Busy)):
        solapi.ask(held)


def test_f6_a_group_takes_ten_thousand_and_we_give_it_a_tenth(solapi, desk):
    assert solapi.batch_size == 1000
    sent = [message(pk, address=f"+8210{pk:08d}") for pk in range(1, 1001)]
    assert send(solapi, [each for each in sent if not each.address.endswith("0000")]).state
