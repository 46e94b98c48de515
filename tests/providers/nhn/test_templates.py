"""Wording that NHN Cloud has inspected, and what a shop enters to be connected."""

import pytest

from messaging.gateways import Inspected, Rejected, Submission
from messaging.gateways.nhn.account import AlimtalkForm, NhnForm
from messaging.models import Inspection
from tests.providers.nhn.answers import ACCOUNT
from tests.providers.nhn.sending import BUTTONS

WORDING = Submission(
    "spring", "봄 쿠폰", "#{이름}님, 쿠폰이 왔어요.", BUTTONS, "https://s.example/#{n}"
)


def test_wording_with_all_its_buttons_is_registered(desk, alimtalk):
    assert alimtalk.submit(ACCOUNT, WORDING) == Inspected("spring", Inspection.REQUESTED)
    assert [one["type"] for one in desk.templates["spring"].buttons] == [
        one["type"] for one in BUTTONS
    ]


def test_a_link_without_an_address_of_its_own_has_the_pattern(desk, alimtalk):
    alimtalk.submit(ACCOUNT, _with({"type": "WL"}))
    (button,) = desk.templates["spring"].buttons
    assert button["linkMo"] == button["linkPc"] == WORDING.link


def _with(*buttons):
    named = [{"name": "열기"} | button for button in buttons]
    return Submission("spring", "봄 쿠폰", WORDING.body, named, WORDING.link)


def test_what_was_registered_before_its_answer_was_lost_stands_for_ours(desk, alimtalk):
    alimtalk.submit(ACCOUNT, WORDING)
    desk.templates["spring"].status = "TSC02"
    assert alimtalk.submit(ACCOUNT, WORDING).state == Inspection.REVIEWING


def test_another_text_under_the_same_name_is_refused(desk, alimtalk):
    desk.approve("spring", "다른 글")
    with pytest.raises(Rejected, match="-3001"):
        alimtalk.submit(ACCOUNT, WORDING)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("TSC01", Inspection.REQUESTED),
        ("TSC02", Inspection.REVIEWING),
        ("TSC03", Inspection.APPROVED),
        ("TSC04", Inspection.REJECTED),
    ],
)
def test_how_an_inspection_stands_with_its_comments(desk, alimtalk, status, state):
    desk.approve("spring", "글")
    desk.templates["spring"].status = status
    desk.templates["spring"].comments = ["변수가 많아요.", "버튼을 고쳐 주세요."]
    assert alimtalk.look_up(ACCOUNT, "spring") == Inspected(
        "spring", state, "변수가 많아요.\n버튼을 고쳐 주세요."
    )


@pytest.mark.parametrize("field", ["block", "dormant"])
def test_approved_wording_that_was_withdrawn_can_not_be_used(desk, alimtalk, field):
    desk.approve("spring", "글")
    setattr(desk.templates["spring"], field, True)
    found = alimtalk.look_up(ACCOUNT, "spring")
    assert found.state == Inspection.REJECTED and found.comments


def test_wording_that_is_gone_is_said_so(alimtalk):
    with pytest.raises(Rejected, match="-3003"):
        alimtalk.look_up(ACCOUNT, "spring")


def test_an_account_is_taken_without_the_spaces_around_it():
    form = AlimtalkForm({name: f" {value} " for name, value in ACCOUNT.items()})
    assert form.is_valid(), form.errors
    assert form.cleaned_data == ACCOUNT


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sender_key", "a" * 39),
        ("sender_key", "a" * 41),
        ("app_key", "key/with?signs"),
        ("secret_key", "secret with spaces"),
        ("secret_key", "시크릿키입니다"),
        ("app_key", ""),
    ],
)
def test_what_can_not_be_an_account_is_refused_where_it_is_wrong(name, value):
    form = AlimtalkForm(ACCOUNT | {name: value})
    assert list(form.errors) == [name]


def test_f10_what_is_secret_is_named():
    assert NhnForm.secret == AlimtalkForm.secret == {"secret_key", "webhook_signature"}
