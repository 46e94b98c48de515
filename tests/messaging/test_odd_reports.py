"""F1, F10: reports that are not what they should be cost nobody else anything."""

from dataclasses import replace
from uuid import uuid4

import pytest

from messaging.gateways import Busy
from messaging.models import Batch, Outcome, State
from tests.crm.street import messages
from tests.messaging.test_reports import SENT, said, sent_shop, states, take

pytestmark = pytest.mark.django_db


def test_f10_a_report_that_names_another_batch_is_a_strangers():
    shop = sent_shop(SENT)
    first, second, third = messages(shop)
    key = str(Batch.objects.get(shop=shop).key)
    keyed = {first: str(uuid4()), second: key, third: ""}
    reports = [replace(said(each, State.DELIVERED), key=key) for each, key in keyed.items()]
    assert take(shop, reports) == 1
    assert states(shop) == [State.SENT, State.DELIVERED, State.DELIVERED]


def test_f10_a_batch_that_waits_for_another_try_has_no_key_to_compare():
    shop = sent_shop(Busy("busy"))
    first, *_ = messages(shop)
    assert take(shop, [replace(said(first, State.DELIVERED), key=str(uuid4()))]) == 0


@pytest.mark.parametrize("sign", ["\x00", "\ud800"])
def test_f1_a_word_that_no_database_keeps_costs_the_others_nothing(sign):
    shop = sent_shop(SENT)
    first, second, _ = messages(shop)
    take(shop, [said(first, State.FAILED, f"30{sign}19"), said(second, State.DELIVERED)])
    assert states(shop) == [State.FAILED, State.DELIVERED, State.SENT]
    assert Outcome.objects.get(message=first).reason == "3019"
