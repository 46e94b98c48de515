"""The questions that are asked over and over find an index, however large the tables are."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.alerts import look
from crm.models import Kind
from messaging.models import Channel, Gateway, OptOutSource
from messaging.opt_outs import opt_out
from messaging.points import close_old
from messaging.polling import poll_due
from tests.crm.street import NOW, add_customer, open_shop
from tests.messaging.desk import NAME, PeriodDesk, open_desk

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]


def plans(question) -> str:
    """How PostgreSQL finds what is asked for, where reading a whole table is out of question."""
    with CaptureQueriesContext(connection) as asked:
        question()
    told = []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for query in asked.captured_queries:
            if query["sql"].startswith("SELECT"):
                cursor.execute("EXPLAIN " + query["sql"])
                told += [line for (line,) in cursor.fetchall()]
    return "\n".join(told)


def test_whom_an_address_belongs_to():
    shop = open_shop()
    add_customer(shop, email="A@shop.example")
    address, source = "a@shop.example", OptOutSource.LINK
    refuse: dict[str, Any] = {"address": address, "source": source, "now": NOW}
    asked = plans(lambda: opt_out(shop=shop, channel=Channel.EMAIL, **refuse))
    assert "customer_email" in asked


def test_what_a_gateway_was_handed():
    with open_desk(PeriodDesk()):
        Gateway.objects.filter(shop=open_shop(), channel=Channel.TEXT).update(provider=NAME)
        asked = plans(lambda: poll_due(NOW, timedelta(seconds=5)))
    assert "batch_handed_over" in asked


def test_what_keeps_points_for_fallbacks():
    assert "batch_reserves" in plans(lambda: close_old(NOW))


def test_which_messages_were_left_out_lately():
    open_shop(Kind.ISSUED)
    assert "run_once" in plans(lambda: look(NOW))
