"""What NHN Cloud reports later: fetched, or called out to us."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from messaging.gateways import Forged, Report, Webhook
from messaging.gateways.nhn.alimtalk import NhnAlimtalk
from messaging.gateways.nhn.sms import NhnSms
from messaging.models import State
from tests.factories import NOW
from tests.providers.nhn.answers import ACCOUNT, webhook
from tests.providers.nhn.sending import KEY, approve, batch, message

HOUR = timedelta(hours=1)
RECEIVED = datetime(2026, 11, 20, 10, 0, 30, tzinfo=ZoneInfo("Asia/Seoul"))
UPDATE = "MESSAGE_RESULT_UPDATE"
HOOK = {
    "kakaoMessageType": "ALIMTALK_NORMAL",
    "requestId": "r1",
    "recipientSeq": 1,
    "receiveDate": "2026-11-20 10:00:30",
    "resultCode": "1000",
    "recipientGroupingKey": "7",
    "hookId": "k1",
}


def polled(provider, since=NOW - HOUR, until=NOW + HOUR):
    return {report.message: report for report in provider.poll(ACCOUNT, since, until)}


def read(hook, provider=NhnAlimtalk):
    return list(provider().read_webhook(webhook(UPDATE, [hook]), ACCOUNT))


@pytest.mark.parametrize(
    ("phone", "fallback", "ends"),
    [
        ("+821012341111", "", (State.DELIVERED, "", False)),
        ("+821012343005", "", (State.SENT, "", False)),
        ("+821012349999", "", (State.FAILED, "3019", False)),
        ("+821012349999", "쿠폰이 왔어요", (State.DELIVERED, "", True)),
        ("+821012349998", "쿠폰이 왔어요", (State.FAILED, "3019", False)),
    ],
)
def test_f6_how_an_alimtalk_ends_is_fetched(desk, alimtalk, phone, fallback, ends):
    approve(desk)
    alimtalk.send(batch(alimtalk, message(5, phone, fallback=fallback)))
    assert polled(alimtalk) == {5: Report(5, ends[0], ends[1], RECEIVED, ends[2], str(KEY))}


def test_f6_results_name_no_message_and_are_still_found_over_all_pages(desk, alimtalk):
    approve(desk)
    for first in (1, 1001):
        desk._keys.clear()
        alimtalk.send(batch(alimtalk, *map(message, range(first, first + 1000))))
    assert polled(alimtalk).keys() == set(range(1, 2001))


def test_f6_a_long_period_is_fetched_in_parts(desk, alimtalk, sms):
    approve(desk)
    alimtalk.send(batch(alimtalk, message(1)))
    sms.send(batch(sms, message(2)))
    days = timedelta(days=3)
    assert polled(alimtalk, NOW - days, NOW + HOUR).keys() == {1}
    assert polled(sms, NOW - days, NOW + HOUR).keys() == {2}


@pytest.mark.parametrize(
    ("phone", "ends"),
    [("+821012341111", (State.DELIVERED, "")), ("+821012349999", (State.FAILED, "3001"))],
)
def test_f6_how_a_text_ends_is_fetched(sms, phone, ends):
    sms.send(batch(sms, message(5, phone)))
    (report,) = polled(sms).values()
    assert (report.state, report.code, report.key) == (*ends, str(KEY))


@pytest.mark.parametrize("provider", [NhnAlimtalk, NhnSms])
def test_f6_a_delivery_is_called_out(provider):
    assert read(HOOK, provider) == [Report(7, State.DELIVERED, "", RECEIVED)]
    assert read(HOOK | {"senderGroupingKey": str(KEY)}, provider)[0].key == str(KEY)


def test_f6_the_misspelt_name_of_the_documents_is_read_too():
    hook = {k: v for k, v in HOOK.items() if k != "recipientGroupingKey"}
    assert read(hook | {"recipientGropuingKey": "7"}, NhnSms)[0].message == 7


@pytest.mark.parametrize(
    ("code", "state"),
    [("3005", State.SENT), ("3008", State.FAILED), ("3020", State.FAILED), ("4131", State.FAILED)],
)
def test_f6_what_the_codes_of_a_delivery_mean(code, state):
    (report,) = read(HOOK | {"resultCode": code})
    assert (report.state, report.code) == (state, code if state == State.FAILED else "")


def test_f10_what_others_sent_with_the_account_is_not_ours():
    assert read(HOOK | {"recipientGroupingKey": "order-7"}) == []
    assert read(HOOK | {"recipientGroupingKey": None}) == []


def test_news_of_a_template_is_no_report_of_a_message():
    told = webhook("TEMPLATE_STATUS_UPDATE", [{"templateCode": "spring", "status": "TSC03"}])
    assert list(NhnAlimtalk().read_webhook(told, ACCOUNT)) == []


@pytest.mark.parametrize("signature", ["", "wrong", "spring-day-hook\u00e9"])
@pytest.mark.parametrize("provider", [NhnAlimtalk(), NhnSms()])
def test_f10_another_signature_is_a_forgery(provider, signature):
    with pytest.raises(Forged):
        provider.read_webhook(webhook(UPDATE, [HOOK], signature), ACCOUNT)


def test_f10_without_a_signature_of_ours_everything_is_a_forgery():
    told = webhook(UPDATE, [HOOK], "")
    with pytest.raises(Forged):
        NhnAlimtalk().read_webhook(told, ACCOUNT | {"webhook_signature": ""})


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"hooks": 1}', b"\xff", b"[" * 10**5])
def test_what_nobody_can_read_is_said_so(body):
    headers = webhook(UPDATE, []).headers
    with pytest.raises(ValueError):
        NhnAlimtalk().read_webhook(Webhook(headers, body), ACCOUNT)


@pytest.mark.parametrize("provider", [NhnAlimtalk(), NhnSms()])
def test_f6_broken_hooks_are_counted_and_take_no_good_one_with_them(provider, caplog):
    number = "01012345678"
    timeless = HOOK | {"receiveDate": None, "recipientNo": number}
    hooks = [1, None, timeless, HOOK | {"receiveDate": "0001-01-01T00:00:00"}, HOOK]
    found = list(provider.read_webhook(webhook(UPDATE, hooks), ACCOUNT))
    assert found == [Report(7, State.DELIVERED, "", RECEIVED)]
    assert "4 entries" in caplog.text
    assert number not in caplog.text


@pytest.mark.parametrize(
    "broken", [1, None, {}, {"requestId": ["r1"], "recipientSeq": 1}, {"requestId": "r1"}]
)
def test_f6_broken_results_that_are_fetched_hold_up_no_others(desk, alimtalk, sms, broken):
    approve(desk)
    alimtalk.send(batch(alimtalk, message(1)))
    sms.send(batch(sms, message(2)))
    desk.broken = [broken]
    assert polled(alimtalk).keys() == {1}
    assert polled(sms).keys() == {2}
