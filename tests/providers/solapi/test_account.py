"""F6, F10: SOLAPI's account: its form, its check, its numbers and its templates."""

import pytest

from messaging.gateways import AccountRefused, AnswerLost, Inspected, Number, Rejected, Submission
from messaging.gateways.solapi.account import SolapiForm
from messaging.models import Inspection
from tests.providers.solapi.desk import ACCOUNT, SECRET, TEMPLATE

PATTERN = "https://crm.example/s/#{링크}"
ADD = {"type": "AC", "name": "채널 추가"}
LINK = {"type": "WL", "name": "쿠폰 보기"}
WORDING = Submission("dangol-1", "쿠폰 알림", "#{이름}님, 쿠폰이 왔어요.", (ADD, LINK), PATTERN)


def test_f10_the_forms_secrets_are_marked_and_text_needs_no_channel():
    assert SolapiForm.secret == {"api_secret", "webhook_secret"}
    assert SolapiForm({"api_key": "NCS", "api_secret": "x"}).is_valid()
    assert SolapiForm(ACCOUNT).is_valid()


@pytest.mark.parametrize("value", ["", "two words", "a,b", "line\nline", "열쇠"])
def test_f10_a_key_that_would_break_the_header_is_refused(value):
    form = SolapiForm({"api_key": value, "api_secret": "x"})
    assert "api_key" in form.errors


def test_f6_the_check_sends_nothing(solapi, desk):
    solapi.check(ACCOUNT)
    assert [(r.method, r.target) for r in desk.requests] == [("GET", "/cash/v1/balance")]


@pytest.mark.parametrize("balance", [None, "much", {}])
def test_f6_an_answer_without_a_balance_proves_no_account(solapi, desk, balance):
    desk.balance = balance
    with pytest.raises(AnswerLost, match="garbage"):
        solapi.check(ACCOUNT)


def test_f6_text_may_come_from_the_active_numbers(solapi):
    assert solapi.numbers(ACCOUNT) == [
        Number("+82215441544", True),
        Number("+82310000000", False),
    ]


@pytest.mark.parametrize("fault", ["garbage", "no-ids"])
def test_f6_a_list_of_numbers_that_is_missing_is_no_empty_one(solapi, desk, fault):
    desk.misbehave(fault)
    with pytest.raises(AnswerLost):
        solapi.numbers(ACCOUNT)


def test_f6_wording_is_registered_and_its_inspection_asked_for(solapi, desk):
    found = solapi.submit(ACCOUNT, WORDING)
    assert found.state == Inspection.REVIEWING
    registered = desk.templates[found.code]
    assert (registered["name"], registered["content"]) == (WORDING.name, WORDING.body)
    assert registered["messageType"] == "AD"
    assert registered["buttons"] == [
        {"buttonType": "AC", "buttonName": "채널 추가"},
        {"buttonType": "WL", "buttonName": "쿠폰 보기", "linkMo": PATTERN, "linkPc": PATTERN},
    ]


def test_f6_wording_without_buttons_is_a_plain_one(solapi, desk):
    found = solapi.submit(ACCOUNT, Submission("d", "쿠폰", "쿠폰이 왔어요.", (), ""))
    assert desk.templates[found.code]["messageType"] == "BA"


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("INSPECTING", Inspection.REVIEWING),
        ("APPROVED", Inspection.APPROVED),
        ("REJECTED", Inspection.REJECTED),
    ],
)
def test_f6_an_inspection_tells_its_state_and_comments(solapi, desk, status, state):
    comments = [{"isAdmin": True, "content": "변수가 너무 많아요."}, {"content": None}]
    desk.templates[TEMPLATE] |= {"status": status, "comments": comments}
    found = solapi.look_up(ACCOUNT, TEMPLATE)
    assert found == Inspected(TEMPLATE, state, "변수가 너무 많아요.")


def test_f6_wording_whose_inspection_could_not_be_asked_for_is_kept_and_asked_for_later(
    solapi, desk
):
    desk.misbehave("", "503", "", "503")
    found = solapi.submit(ACCOUNT, WORDING)
    assert found.state == Inspection.REQUESTED
    assert solapi.look_up(ACCOUNT, found.code) == found
    assert solapi.look_up(ACCOUNT, found.code) == Inspected(found.code, Inspection.REVIEWING, "")
    assert len([one for one in desk.requests if one.method == "POST"]) == 1


def test_f6_a_state_that_nobody_knows_is_no_approval(solapi, desk):
    desk.templates[TEMPLATE]["status"] = "DORMANT"
    with pytest.raises(AnswerLost):
        solapi.look_up(ACCOUNT, TEMPLATE)


def test_f6_a_template_that_is_gone_is_said_to_be_so(solapi, desk):
    with pytest.raises(Rejected, match="ResourceNotFound"):
        solapi.look_up(ACCOUNT, "KA01/../x")
    desk.wrong.clear()


def test_f10_no_error_shows_the_secret(solapi, desk):
    desk.misbehave("401")
    with pytest.raises(AccountRefused) as error:
        solapi.check(ACCOUNT)
    assert SECRET not in repr(error.value) + str(error.value)
