"""How often freezing and settling ask the database, whatever a batch's size."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from crm.models import Kind
from messaging.claiming import claim
from messaging.freezing import freeze
from messaging.gateways import PROVIDERS, Answers
from messaging.models import Channel, State
from messaging.settling import settle
from orders.models import ConsentKind
from tests.crm.street import NOW, add_coupon, add_customer, give, open_shop, tick
from tests.messaging.post import Post, advertising_shop, connect, pay, reader, with_numbers

pytestmark = pytest.mark.django_db


def by_phone(count, _patch):
    shop = open_shop(Kind.ISSUED)
    coupon = add_coupon(shop)
    for _ in range(count):
        give(add_customer(shop), coupon)
    return shop


def by_alimtalk(count, patch):
    shop = by_phone(count, patch)
    connect(patch, shop, Channel.ALIMTALK, Post())
    pay(shop, 10_000)
    return shop


def by_text(count, patch):
    shop = with_numbers(advertising_shop())
    for _ in range(count):
        reader(shop, ConsentKind.TEXT)
    connect(patch, shop, Channel.TEXT, Post())
    pay(shop, 10_000)
    return shop


def queries(work):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        done = work()
    said = [query["sql"] for query in asked.captured_queries]
    ours = [sql for sql in said if not sql.startswith(("SAVEPOINT", "RELEASE", "SET LOCAL"))]
    return done, len(ours)


def counted(shop):
    """The queries of freezing and of settling the shop's one batch."""
    with transaction.atomic():
        batch = claim(now=NOW, shop=shop)
        assert batch
        held, freezing = queries(
            lambda: freeze(batch, now=NOW, moment=NOW, connect=PROVIDERS.__getitem__)
        )
    _, settling = queries(lambda: settle(held, Answers(State.SENT), NOW))
    return freezing, settling


@pytest.mark.parametrize(
    ("way", "freezing", "settling"), [(by_phone, 3, 1), (by_alimtalk, 8, 5), (by_text, 11, 5)]
)
def test_a_batch_costs_as_many_questions_whatever_its_size(monkeypatch, way, freezing, settling):
    for count in (1, 20):
        shop = way(count, monkeypatch)
        tick(shop)
        assert counted(shop) == (freezing, settling)
