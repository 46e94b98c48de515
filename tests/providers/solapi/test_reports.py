"""F1, F6: what SOLAPI tells later: webhooks and the messages of a group."""

import json

import pytest
from solapi.model.webhook.single_report import SingleReportPayload

from messaging.gateways import Forged, Posted, Report, Webhook
from messaging.gateways.solapi.gateway import Solapi
from messaging.models import State
from tests.factories import NOW
from tests.providers.solapi.desk import ACCOUNT, HOOK_SECRET, hook_word
from tests.providers.solapi.sending import KEY, message, send

NO_KAKAO = "+821012349999"
RIGHT = {"x-solapi-secret": hook_word()}


def read(content, headers=RIGHT, **account):
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return Solapi().read_webhook(Webhook(headers, body), ACCOUNT | account)


def row(code="4000", **changes):
    usual = {
        "messageId": "M4V1",
        "groupId": "G4V1",
        "statusCode": code,
        "statusMessage": "",
        "customFields": {"id": "5", "key": str(KEY)},
        "dateReported": "2026-11-20T01:00:30.000Z",
    }
    return usual | changes


@pytest.mark.parametrize("flat", [False, True])
def test_f6_a_webhook_reports_each_message_in_either_form(solapi, desk, flat):
    send(solapi, [message(), message(2, address=NO_KAKAO)])
    desk.deliver()
    headers, body = desk.webhook(flat=flat)
    if not flat:
        SingleReportPayload.model_validate_json(body)
    found = solapi.read_webhook(Webhook(headers, body), ACCOUNT)
    assert [(each.message, each.state, each.code) for each in found] == [
        (1, State.DELIVERED, ""),
        (2, State.FAILED, "3104"),
    ]
    assert all(each.at > NOW for each in found)


@pytest.mark.parametrize("wrapped", [False, True])
def test_f6_one_event_alone_is_read_too(wrapped):
    (found,) = read({"eventDataId": "e1", "data": row()} if wrapped else row())
    assert (found.message, found.state) == (5, State.DELIVERED)


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("2000", State.SENT),
        ("3000", State.SENT),
        ("4000", State.DELIVERED),
        *[(code, State.FAILED) for code in ("1030", "1042", "1061", "1062", "3103", "3107")],
        ("3108", State.FAILED),
    ],
)
def test_f6_what_each_status_means(code, state):
    (found,) = read([row(code)])
    assert (found.state, found.code) == (state, code if state == State.FAILED else "")


@pytest.mark.parametrize(
    ("headers", "account"),
    [
        ({}, {}),
        ({"x-solapi-secret": HOOK_SECRET}, {}),
        ({"x-solapi-secret": "\xff"}, {}),
        (RIGHT, {"webhook_secret": "other"}),
        (RIGHT, {"webhook_secret": ""}),
    ],
)
def test_f10_a_report_without_the_hashed_secret_is_forged(headers, account):
    with pytest.raises(Forged):
        read([row()], headers, **account)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"1", b"null", b'"x"', b"[" * 10**5])
def test_f6_what_nobody_can_read_is_said_to_be_so(body):
    with pytest.raises(ValueError):
        read(body)


def test_f6_broken_events_are_counted_and_take_no_good_one_with_them(caplog):
    number = "01012345678"
    timeless = row(dateReported=None, to=number)
    too_early = row(dateReported="0001-01-01T00:00:00+09:00")
    (found,) = read([1, {"data": 1}, timeless, too_early, row()])
    assert found.message == 5
    assert "4 entries" in caplog.text
    assert number not in caplog.text


@pytest.mark.parametrize(
    "fields", [None, {}, {"id": "5"}, {"id": "x", "key": "k"}, {"id": "9" * 30, "key": "k"}, "id"]
)
def test_f10_a_message_that_others_sent_with_the_account_is_a_stranger(fields):
    (found,) = read([row(customFields=fields)])
    assert found.message == 0


def test_f6_news_of_a_group_is_passed_over():
    assert read([{"eventDataId": "e1", "data": {"groupId": "G4V1", "count": {}}}]) == []


@pytest.mark.parametrize(
    ("changes", "fell_back"),
    [
        ({}, False),
        ({"replacement": True}, True),
        ({"replacement": 1, "statusCode": "3000"}, False),
        ({"type": "LMS", "kakaoOptions": {"templateId": "KA01"}}, True),
        ({"type": "ATA", "kakaoOptions": {"templateId": "KA01"}}, False),
        ({"type": "LMS", "kakaoOptions": {}}, False),
    ],
)
def test_f6_text_in_place_of_an_alimtalk_is_told(changes, fell_back):
    (found,) = read([row(**changes)])
    assert found.fell_back == fell_back


def test_f6_a_batch_is_polled_page_by_page(solapi, desk):
    taken = [message(), message(2, address=NO_KAKAO), message(3)]
    reference = send(solapi, taken).reference
    desk.page = 2
    desk.deliver()
    found = list(solapi.poll_batch(ACCOUNT, Posted(KEY, reference, NOW, {})))
    assert [(each.message, each.state) for each in found] == [
        (1, State.DELIVERED),
        (2, State.FAILED),
        (3, State.DELIVERED),
    ]


def test_f6_a_fallback_that_was_delivered_is_told_when_polled(solapi, desk):
    reference = send(solapi, [message(address=NO_KAKAO, fallback="쿠폰이 왔어요.")]).reference
    desk.deliver()
    (found,) = solapi.poll_batch(ACCOUNT, Posted(KEY, reference, NOW, {}))
    assert (found.state, found.fell_back) == (State.DELIVERED, True)


def test_f6_what_others_put_into_the_group_is_none_of_ours(solapi, desk):
    reference = send(solapi, [message()]).reference
    desk.rows[0]["customFields"] = {}
    assert list(solapi.poll_batch(ACCOUNT, Posted(KEY, reference, NOW, {}))) == []


def test_f6_a_broken_row_holds_up_none_of_its_group(solapi, desk):
    reference = send(solapi, [message()]).reference
    desk.broken = [1]
    (found,) = solapi.poll_batch(ACCOUNT, Posted(KEY, reference, NOW, {}))
    assert found.message == 1


def test_f6_without_a_reference_nothing_is_asked(solapi, desk):
    assert list(solapi.poll_batch(ACCOUNT, Posted(KEY, "", NOW, {}))) == []
    assert desk.requests == []


def test_f6_a_row_without_a_date_is_known_since_it_was_sent(solapi, desk):
    reference = send(solapi, [message()]).reference
    desk.rows[0] |= {"dateCreated": None}
    (found,) = solapi.poll_batch(ACCOUNT, Posted(KEY, reference, NOW, {}))
    assert found == Report(1, State.SENT, "", NOW, key=str(KEY))
