"""F1: through dispatch, a batch whose answer SOLAPI lost is asked after, and settled once."""

from datetime import timedelta

import pytest

from messaging.dispatch import dispatch
from messaging.freezing import LEASE
from messaging.gateways import Report
from messaging.gateways.solapi.gateway import Solapi
from messaging.models import Batch, Gateway, Message, OptOut, State
from messaging.reports import take_in
from tests.factories import NOW
from tests.providers.solapi.conftest import IMPATIENT
from tests.providers.solapi.desk import ACCOUNT, TEMPLATE, approved
from tests.providers.waiting import batch_to

pytestmark = pytest.mark.django_db
BACK = NOW + LEASE + timedelta(minutes=1)
BODY = "쿠폰이 왔어요."


@pytest.fixture
def connect(url):
    provider = Solapi(url, patience=IMPATIENT)
    return lambda _name: provider


@pytest.fixture
def batch(desk):
    desk.templates[TEMPLATE] = approved(BODY)
    return batch_to("solapi", ACCOUNT, TEMPLATE, BODY, "+821012341111", "+821012342222")


def sends(desk):
    return [r for r in desk.requests if r.method == "POST"]


@pytest.mark.parametrize("fault", ["500-after", "garbage", "half", "nothing", "no-ids"])
def test_f1_a_lost_answer_is_asked_after_and_settled_once(desk, connect, batch, fault):
    desk.misbehave(fault)
    assert dispatch(now=NOW, connect=connect) == {}
    assert dispatch(now=BACK, connect=connect) == {State.SENT: 2}
    assert dispatch(now=BACK + timedelta(days=1), connect=connect) == {}
    batch.refresh_from_db()
    assert (batch.state, batch.provider_ref) == (State.SENT, next(iter(desk.groups)))
    assert len(desk.rows) == 2 and len(sends(desk)) == 1


@pytest.mark.parametrize("fault", ["500-before", "nothing-before"])
def test_f1_what_is_not_found_is_never_sent_again_and_ends_unknown(desk, connect, batch, fault):
    desk.misbehave(fault)
    now = NOW
    while Batch.objects.filter(state=State.SENDING).exists() or now == NOW:
        dispatch(now=now, connect=connect)
        now += timedelta(hours=2)
        assert now < NOW + timedelta(days=4)
    batch.refresh_from_db()
    assert batch.state == State.UNKNOWN
    assert len(sends(desk)) == 1 and desk.rows == []


def test_f6_what_was_busy_is_sent_later(desk, connect, batch):
    desk.misbehave({"name": "429", "seconds": 60})
    assert dispatch(now=NOW, connect=connect) == {}
    assert dispatch(now=NOW + timedelta(minutes=5), connect=connect) == {State.SENT: 2}
    first, second = sends(desk)
    assert len(first.body) == len(second.body)  # under another key
    assert first.headers["authorization"] != second.headers["authorization"]


def test_f6_one_that_is_refused_fails_alone(desk, connect):
    desk.templates[TEMPLATE] = approved(BODY)
    batch_to("solapi", ACCOUNT, TEMPLATE, BODY, "+821012340000", "+821012342222")
    assert dispatch(now=NOW, connect=connect) == {State.SENT: 1, State.FAILED: 1}


def test_f3_who_had_refused_at_the_080_number_is_written_to_no_more(desk, connect):
    desk.templates[TEMPLATE] = approved(BODY)
    batch_to("solapi", ACCOUNT, TEMPLATE, BODY, "+821012340080", "+821012340000", "+821012342222")
    assert dispatch(now=NOW, connect=connect) == {State.SENT: 1, State.FAILED: 2}
    refusal = OptOut.objects.get()
    told = (refusal.channel, refusal.address, refusal.source, refusal.at)
    assert told == ("text", "+821012340080", "080", NOW)


def test_f3_a_refusal_that_is_reported_later_is_heard_once(desk, connect, batch):
    dispatch(now=NOW, connect=connect)
    gateway = Gateway.objects.get(shop=batch.shop)
    first, second = Message.objects.filter(batch=batch).order_by("pk")
    reports = [
        Report(first.pk, State.FAILED, "1061", NOW),
        Report(second.pk, State.FAILED, "3104", NOW),
    ]
    take_in(reports, gateway=gateway, now=NOW)
    assert OptOut.objects.get().address == first.address
    OptOut.objects.all().delete()  # taken back by the owner
    take_in(reports, gateway=gateway, now=NOW)
    assert not OptOut.objects.exists()
