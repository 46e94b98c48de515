"""F6: what goes out to SOLAPI, judged by the official SDK's own models and signature."""

import re
from dataclasses import replace
from typing import Any

import pytest
from solapi.lib.authenticator import Authenticator
from solapi.model.kakao.kakao_button import KakaoButton
from solapi.model.request.kakao.kakao_option import KakaoOption
from solapi.model.request.send_message_request import SendMessageRequest

from messaging.gateways.solapi.api import authorization
from tests.providers.solapi.desk import ACCOUNT, API_KEY, PF_ID, SECRET, TEMPLATE, approved
from tests.providers.solapi.sending import HEAD, KEY, LMS, SMS, body, message, send

LINK = {"type": "WL", "name": "쿠폰 보기", "url": "https://crm.example/s/ab1"}
ADD = {"type": "AC", "name": "채널 추가"}
APP = {"type": "AL", "name": "앱", "ios": "shop://c", "android": "shop://c"}


def sdk_reads(content: Any) -> Any:
    """The request as the SDK's models understand it; a field that they don't know is lost."""
    read = SendMessageRequest.model_validate(content)
    return read.model_dump(by_alias=True, exclude_unset=True)


@pytest.mark.parametrize("head", [HEAD, SMS, LMS])
def test_f6_the_sdk_knows_every_field_of_a_request(head):
    found = body(message(title="쿠폰 도착"), message(2, fallback="쿠폰이 왔어요."), head=head)
    assert sdk_reads(found) == found


def test_f6_the_sdk_knows_every_field_of_a_button():
    found = body(message(buttons=(ADD, LINK, APP)))["messages"][0]["kakaoOptions"]
    read = KakaoOption.model_validate(found)
    assert read.model_dump(by_alias=True, exclude_unset=True) == found
    for each in found["buttons"]:
        assert KakaoButton.model_validate(each).model_dump(by_alias=True, exclude_none=True) == each


def test_f6_the_signature_is_the_sdks_own():
    date, salt = "2026-11-20T01:00:00Z", "0123456789abcdef"
    found = authorization(ACCOUNT, date, salt)
    right = Authenticator.get_signature(SECRET, date + salt)
    assert found == (f"HMAC-SHA256 apiKey={API_KEY}, date={date}, salt={salt}, signature={right}")


def test_f6_no_signature_serves_twice(solapi, desk):
    for _time in range(3):
        solapi.check(ACCOUNT)
    headers = [request.headers["authorization"] for request in desk.requests]
    salts = re.findall(r"salt=([^,]+)", " ".join(headers))
    assert len(set(salts)) == len(set(headers)) == 3
    assert all(12 <= len(salt) <= 64 for salt in salts)


def test_f6_an_alimtalk_names_its_template_and_its_values():
    found = body(message())["messages"][0]
    assert found["type"] == "ATA"
    assert (found["to"], found["country"], found["from"]) == ("01012340001", "82", "0215441544")
    assert found["kakaoOptions"] == {
        "pfId": PF_ID,
        "templateId": TEMPLATE,
        "variables": {"#{이름}": "김하늘"},
        "disableSms": True,
    }


def test_f6_each_message_carries_its_id_and_its_batchs_key():
    found = body(message(), message(2))["messages"]
    assert [each["customFields"] for each in found] == [
        {"id": "1", "key": str(KEY)},
        {"id": "2", "key": str(KEY)},
    ]


def test_f6_the_list_is_asked_for_and_two_members_may_share_a_phone(solapi, desk):
    found = body(message())
    assert (found["allowDuplicates"], found["showMessageList"]) == (True, True)
    send(solapi, [message(), message(2, address=message().address)])
    assert len(desk.rows) == 2


@pytest.mark.parametrize(("head", "kind"), [(SMS, "SMS"), (LMS, "LMS")])
def test_f6_text_has_no_template_and_only_an_lms_a_subject(solapi, desk, head, kind):
    send(solapi, [message(title="쿠폰 도착")], head)
    (row,) = desk.rows
    assert (row["type"], row["kakaoOptions"]) == (kind, {})
    assert row.get("subject") == ("쿠폰 도착" if kind == "LMS" else None)


def test_f6_text_follows_only_where_there_is_one_to_fall_back_on(solapi, desk):
    texts = [message(), message(2, fallback="쿠폰이 왔어요."), message(3, fallback=message().text)]
    send(solapi, texts)
    none, other, same = desk.rows
    assert [row["kakaoOptions"]["disableSms"] for row in desk.rows] == [True, False, False]
    assert other["replacements"] == [
        {"to": "01012340002", "from": "0215441544", "text": "쿠폰이 왔어요."}
    ]
    assert "replacements" not in none and "replacements" not in same


def test_f6_the_finished_text_and_buttons_are_those_of_the_template(solapi, desk):
    link = {"buttonType": "WL", "buttonName": "쿠폰 보기"}
    address = "https://crm.example/s/#{링크}"
    desk.templates[TEMPLATE] = approved(
        "#{이름}님, 쿠폰이 왔어요.",
        {"buttonType": "AC", "buttonName": "채널 추가"},
        link | {"linkMo": address, "linkPc": address},
    )
    assert send(solapi, [message(buttons=(ADD, LINK))]).exceptions == {}
    wrong = [message(text="다른 말", buttons=(ADD, LINK)), message(2)]
    codes = {pk: code for pk, (_state, code) in send(solapi, wrong).exceptions.items()}
    assert codes == {1: "1043", 2: "1046"}


def test_f6_a_sender_number_such_as_1544_0000_has_no_zero(solapi, desk):
    desk.numbers["15440000"] = "ACTIVE"
    send(solapi, [message()], replace(SMS, sender="+8215440000"))
    assert desk.rows[0]["from"] == "15440000"


def test_f10_a_request_holds_no_secret():
    payload = str(body(message()))
    assert SECRET not in payload and API_KEY not in payload
