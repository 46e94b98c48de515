"""A3: mending many left-out messages in one tick costs each no more than mending few does."""

from collections import Counter

import pytest
from django.db import connection

from bench.shop import add_coupon, add_customers, execute, issue, open_shop
from crm.models import DecidedBundle, DecidedCoupon, DecidedCouponKind
from crm.schedules import run_due
from messaging.models import PastReason
from tests.crm.street import NOW, TICK

STAGED = [model._meta.db_table for model in (DecidedBundle, DecidedCoupon, DecidedCouponKind)]
MANY = 1000
# How often a statement may read a staged table whole, all statements of the chunk together.
WHOLE_READINGS = 100


class RowsRead:
    """Counts, by staged table, the rows that PostgreSQL reads without an index."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def __call__(self, execute, sql, params, many, context):
        if sql.startswith("DROP TABLE"):
            with connection.cursor().cursor as cursor:
                cursor.execute(
                    "SELECT relname, seq_tup_read FROM pg_stat_xact_all_tables"
                    " WHERE relname = ANY(%s)",
                    [STAGED],
                )
                for table, rows in cursor.fetchall():
                    self.counts[table] = max(self.counts[table], rows)
        return execute(sql, params, many, context)


@pytest.mark.postgres
@pytest.mark.django_db
@pytest.mark.parametrize("reworded", [False, True])
def test_a3_each_of_many_finds_its_decision_by_index(reworded):
    shop = open_shop("many")
    add_customers(shop, MANY, without_phone=1)
    issue(add_coupon(shop, "A"), days=10)
    run_due(now=NOW, shop=shop)
    if reworded:
        issue(add_coupon(shop, "B"), at=NOW, days=5)
    else:
        execute("UPDATE orders_customer SET phone = '+821099999999'")
    read = RowsRead()

    with connection.execute_wrapper(read):
        run_due(now=NOW + TICK, shop=shop)

    assert PastReason.objects.count() == (0 if reworded else MANY)
    assert set(read.counts) == set(STAGED)
    assert max(read.counts.values()) < WHOLE_READINGS * MANY, read.counts
