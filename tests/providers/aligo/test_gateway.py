"""F1, F6: Aligo's protocol, its results by number, its templates."""

from urllib.parse import parse_qsl
from uuid import UUID

import pytest

from messaging.gateways import (
    AccountRefused,
    AnswerLost,
    FrozenBatch,
    Inspected,
    Letterhead,
    Outgoing,
    Posted,
    Rejected,
    Submission,
)
from messaging.gateways.aligo.gateway import Aligo
from messaging.models import Channel, Inspection, Purpose, Service, State
from tests.factories import NOW
from tests.providers.aligo.desk import ACCOUNT, BODY, TEMPLATE

KEY = UUID(int=7)
A, B = "+821012341111", "+821012349999"
HEAD = Letterhead(
    KEY,
    Channel.ALIMTALK,
    Service.ALIMTALK,
    Purpose.INFORMATION,
    "봄날문구",
    template_code=TEMPLATE,
    sender="+82215441544",
)
LINK = {"type": "WL", "name": "쿠폰 보기", "url": "https://crm.example/s/a"}


def batch(*messages, **account):
    payload = Aligo().compose(messages, HEAD, ACCOUNT)
    return FrozenBatch(1, KEY, payload, "aligo", len(messages), NOW, account=ACCOUNT | account)


def message(pk=1, address=A, **changes):
    return Outgoing(pk, address, BODY, ())._replace(**changes)


def poll(aligo, desk, reference, messages):
    return {
        each.message: (each.state, each.code)
        for each in aligo.poll_batch(ACCOUNT, Posted(KEY, reference, NOW, messages))
    }


def test_f6_a_batch_is_taken_under_a_number_of_aligos(aligo, desk):
    found = aligo.send(batch(message(buttons=(LINK,)), message(2, B)))
    assert (found.state, found.exceptions) == (State.SENT, {})
    assert [row["phone"] for row in desk.sent[found.reference]] == ["01012341111", "01012349999"]


def test_f10_what_is_stored_holds_no_key():
    form = dict(parse_qsl(batch(message()).payload.decode()))
    assert not form.keys() & ACCOUNT.keys()
    assert (form["failover"], form["testMode"], form["subject_1"]) == ("N", "N", "봄날문구")


def test_f6_a_fallback_goes_with_the_request():
    form = dict(parse_qsl(batch(message(fallback="쿠폰!")).payload.decode()))
    assert (form["failover"], form["fmessage_1"]) == ("Y", "쿠폰!")


def test_f6_a_title_is_cut_by_its_bytes():
    form = dict(parse_qsl(batch(message(title="가" * 21, fallback="쿠폰!")).payload.decode()))
    assert form["subject_1"] == form["fsubject_1"] == "가" * 20


def test_f6_a_wrong_account_lets_the_gateway_rest(aligo):
    with pytest.raises(AccountRefused, match="-101"):
        aligo.send(batch(message(), apikey="other"))
    aligo.check(ACCOUNT)


def test_f6_another_code_is_a_refusal(aligo, desk):
    desk.templates.clear()
    with pytest.raises(Rejected, match="-501"):
        aligo.send(batch(message()))
    desk.wrong.clear()


@pytest.mark.parametrize("fault", ["500-after", "garbage", "half", "nothing", "no-ids"])
def test_f1_in_doubt_nothing_is_concluded_and_nobody_can_be_asked(aligo, desk, fault):
    desk.misbehave(fault)
    with pytest.raises(AnswerLost):
        aligo.send(batch(message()))
    with pytest.raises(AnswerLost):
        aligo.ask(batch(message()))


def test_f6_results_are_read_by_number_page_by_page(aligo, desk):
    reference = aligo.send(batch(message(), message(2, B))).reference
    desk.page = 1
    assert poll(aligo, desk, reference, {A: [1], B: [2]}) == {}
    desk.deliver()
    found = poll(aligo, desk, reference, {A: [1], B: [2]})
    assert found == {1: (State.DELIVERED, ""), 2: (State.FAILED, "3019")}


def test_f6_a_broken_result_holds_up_no_other(aligo, desk):
    reference = aligo.send(batch(message())).reference
    desk.deliver()
    desk.sent[reference].append(1)
    assert poll(aligo, desk, reference, {A: [1]}) == {1: (State.DELIVERED, "")}


def test_f6_two_members_on_a_phone_get_a_result_once_both_are_alike(aligo, desk):
    reference = aligo.send(batch(message(), message(2))).reference
    desk.deliver()
    desk.sent[reference][0]["rslt"] = "3018"
    assert poll(aligo, desk, reference, {A: [1, 2]}) == {}
    desk.deliver()
    assert set(poll(aligo, desk, reference, {A: [1, 2]})) == {1, 2}


def test_f6_where_text_took_over_the_alimtalk_is_not_called_failed(aligo, desk):
    reference = aligo.send(batch(message(1, B, fallback="쿠폰!"))).reference
    desk.deliver()
    assert poll(aligo, desk, reference, {B: [1]}) == {}


def test_f6_wording_whose_inspection_could_not_be_asked_for_is_kept_and_asked_for_later(
    aligo, desk
):
    desk.misbehave("", "503", "", "503")
    found = aligo.submit(ACCOUNT, Submission("d", "쿠폰", BODY, (LINK,), ""))
    assert found.state == Inspection.REQUESTED
    assert aligo.look_up(ACCOUNT, found.code) == found
    assert aligo.look_up(ACCOUNT, found.code) == Inspected(found.code, Inspection.REVIEWING, "")


def test_f6_a_number_abroad_is_not_dialled_as_a_korean_one():
    form = dict(parse_qsl(batch(message(1, "+819012345678")).payload.decode()))
    assert form["receiver_1"] == "819012345678"


def test_f6_wording_is_registered_inspected_and_looked_up(aligo, desk):
    found = aligo.submit(ACCOUNT, Submission("d", "쿠폰", BODY, (LINK,), ""))
    assert found.state == Inspection.REVIEWING
    desk.templates[found.code] |= {"inspStatus": "REJ", "comments": [{"content": "안 돼요"}]}
    again = aligo.look_up(ACCOUNT, found.code)
    assert (again.state, again.comments) == (Inspection.REJECTED, "안 돼요")
