"""F1: through dispatch, a batch whose answer Aligo lost ends unknown and is never sent again."""

from datetime import timedelta

import pytest

from messaging.dispatch import dispatch
from messaging.freezing import LEASE
from messaging.models import State
from tests.factories import NOW
from tests.providers.aligo.desk import ACCOUNT, BODY, TEMPLATE
from tests.providers.waiting import batch_to

BACK = NOW + LEASE + timedelta(minutes=1)


@pytest.mark.django_db
@pytest.mark.parametrize("fault", ["500-before", "500-after", "garbage", "half", "nothing"])
def test_f1_a_lost_answer_ends_unknown_and_is_never_sent_again(aligo, desk, fault):
    batch = batch_to("aligo", ACCOUNT, TEMPLATE, BODY, "+821012341111")
    desk.senders.add("")  # the shop of this test has registered none
    desk.misbehave(fault)
    assert dispatch(now=NOW, connect=lambda _name: aligo) == {}
    assert dispatch(now=BACK, connect=lambda _name: aligo) == {State.UNKNOWN: 1}
    assert dispatch(now=BACK + timedelta(days=1), connect=lambda _name: aligo) == {}
    batch.refresh_from_db()
    assert batch.state == State.UNKNOWN
    assert len(desk.requests) == 1
