"""A shop's past: a year of messages, written by the database itself.

A tick each ten minutes plans one batch and sometimes leaves somebody out; once a day there is a
large one. What is rare stands at the very beginning, where a page that begins with the newest is
furthest from it: `unknown`, `no_template`, tests, the expiry message.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, models

from bench.shop import add_customers
from messaging.models import Gateway, Message, Outcome, State, TemplateRevision
from orders.models import Customer, Shop
from tests.factories import NOW, coupon_values

A_TICK, A_DAY = 190, 144  # messages, ticks
# Messages that the day's large tick plans and leaves out, and that each third tick leaves out.
DAILY, DAILY_LEFT_OUT, LEFT_OUT = 7000, 1500, 10
CUSTOMERS = 33  # messages to each
# Who is found by a name's beginning: as many as a search may find.
NAMESAKES, NAME = 1000, "이하늘"
STRANGER = "+821099990000"


def write_past(shop: Shop, rows: int, *, every: int, offset: int) -> None:
    """Some `rows` messages up to NOW, with a tick each `every` times five minutes.

    Chunks take every so-manieth id from `offset` on, so that shops' histories lie between each
    other.
    """
    customers = max(rows // CUSTOMERS, 100)
    first_customer = add_customers(shop, customers)
    _rename(shop, customers)
    names = _sizes(rows) | _belongings(shop) | {state.name.lower(): state.value for state in State}
    names |= {"every": every, "offset": offset, "now": NOW, "stranger": STRANGER}
    names |= {"customers": customers, "first_customer": first_customer}
    with connection.cursor() as cursor:
        for statement in (_RUNS, _CHUNKS, _BATCHES, _MESSAGES, _OUTCOMES, _COUNTERS):
            cursor.execute(_TICKS + statement, names)


def _sizes(rows: int) -> dict[str, Any]:
    """How many ticks, and how many messages an ordinary one plans, so that it adds up to `rows`."""
    ticks = max(rows // A_TICK, 100)
    days, rare = ticks // A_DAY, rows // 200
    others = rare + days * (DAILY + DAILY_LEFT_OUT) + ticks * LEFT_OUT // 3
    ordinary = max((rows - others) // (ticks - days) + 1, 1)
    return {
        "ticks": ticks,
        "a_day": A_DAY,
        "rare": rare,
        "ordinary": ordinary,
        "daily": DAILY,
        "daily_left_out": DAILY_LEFT_OUT,
        "each_left_out": LEFT_OUT,
    }


def _belongings(shop: Shop) -> dict[str, Any]:
    return {
        "shop": shop.pk,
        "gateway": Gateway.objects.get(shop=shop, channel="alimtalk").pk,
        "revision": TemplateRevision.objects.filter(template__shop=shop).latest("pk").pk,
        "variables": connection.ops.adapt_json_value(coupon_values(), None),
    }


def _rename(shop: Shop, customers: int) -> None:
    named = Customer.objects.for_shop(shop).order_by("pk").values("pk")
    every = max(customers // NAMESAKES, 1)
    chosen = [row["pk"] for row in named[::every]][:NAMESAKES]
    Customer.objects.filter(pk__in=chosen).update(name=NAME)


@contextmanager
def without_indexes() -> Iterator[None]:
    """Messages and outcomes without their indexes, which are built again at the end."""
    dropped = [(m, kind, item) for m in (Message, Outcome) for kind, item in _indexes(m)]
    with connection.schema_editor() as editor:
        for model, kind, item in dropped:
            getattr(editor, f"remove_{kind}")(model, item)
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '1GB'")
    with connection.schema_editor() as editor:
        for model, kind, item in dropped:
            getattr(editor, f"add_{kind}")(model, item)


def _indexes(model: type[models.Model]) -> Iterator[tuple[str, Any]]:
    yield from (("index", index) for index in model._meta.indexes)
    yield from (("constraint", constraint) for constraint in model._meta.constraints)


_TICKS = """
    WITH ticks AS (
        SELECT n, n * %(every)s + %(offset)s AS chunk,
               %(now)s::timestamptz - (%(ticks)s - n) * interval '5 min' * %(every)s AS at,
               n %% %(a_day)s = 0 AS daily,
               n %% 500 = 7 AND n < 40 * %(a_day)s AS test
          FROM generate_series(1::bigint, %(ticks)s) AS n
    )
"""
_RUNS = """
    INSERT INTO messaging_run (id, shop_id, kind, label, page, is_test, as_of, state)
    SELECT chunk, %(shop)s,
           CASE WHEN daily AND n <= 30 * %(a_day)s THEN 'coupon_expiring' ELSE 'coupon_issued' END,
           'Coupon issued', 'crm:coupon_messages', test, at, 'open'
      FROM ticks
"""
_CHUNKS = "INSERT INTO messaging_chunk (id, run_id, at) SELECT chunk, chunk, at FROM ticks"
_BATCHES = """
    INSERT INTO messaging_batch (id, shop_id, run_id, channel, gateway_id, revision_id, state,
           reason, planned_at, not_before, turn, size, unknown, sent, failed, delivered, left_out,
           key, frozen_at, settled_at, attempt, provider_ref, sender, opt_out_number, service,
           price, fallback_price, fell_back, points_reserved, points_spent)
    SELECT chunk * 1000000000 + b, %(shop)s, chunk, 'alimtalk', %(gateway)s, %(revision)s,
           CASE WHEN n = %(ticks)s THEN %(waiting)s WHEN n = %(ticks)s - 1 THEN %(sending)s
                WHEN n = 10 THEN %(unknown)s WHEN n %% 4 = 0 THEN %(delivered)s ELSE %(sent)s END,
           '', at, at, at, least(1000, size - b * 1000), 0, 0, 0, 0, 0, gen_random_uuid(),
           at, at, 1, '', '', '', 'alimtalk', 0, 0, 0, 0, 0
      FROM ticks,
           LATERAL (SELECT CASE WHEN test THEN 1 WHEN daily THEN %(daily)s ELSE %(ordinary)s
                           END AS size) AS planned,
           generate_series(0, (size - 1) / 1000) AS b
     UNION ALL
    SELECT (chunk * 10000 + class) * 100000, %(shop)s, chunk, 'alimtalk', %(gateway)s, NULL,
           %(left_out)s, reason, at, NULL, NULL, size, 0, 0, 0, 0, 0, NULL, NULL, NULL, 0, '',
           '', '', '', 0, 0, 0, 0, 0
      FROM ticks,
           LATERAL (VALUES (1, 'no_address', %(each_left_out)s, n %% 3 = 0),
                           (2, 'no_grant_basis', %(daily_left_out)s, daily),
                           (3, 'no_grant_basis', %(rare)s, n = 1),
                           (4, 'no_template', 20, n = 5)) AS omitted (class, reason, size, here)
     WHERE here
"""
_MESSAGES = """
    INSERT INTO messaging_message
           (id, shop_id, customer_id, batch_id, subject_key, address, variables, url)
    SELECT pk, %(shop)s, CASE WHEN NOT is_test THEN %(first_customer)s + someone END, batch,
           'coupon_issued:' || pk,
           CASE WHEN is_test THEN %(stranger)s ELSE '+8210' || lpad(someone::text, 8, '0') END,
           %(variables)s::jsonb, 'https://shop.example/coupons'
      FROM (SELECT b.id AS batch, b.size, r.is_test, b.run_id * 1000000
                   + sum(b.size) OVER (PARTITION BY b.run_id ORDER BY b.id) - b.size AS first
              FROM messaging_batch b JOIN messaging_run r ON r.id = b.run_id
             WHERE b.shop_id = %(shop)s) AS dealt,
           generate_series(1, size) AS place,
           LATERAL (SELECT (first + place)::bigint AS pk) AS message,
           LATERAL (SELECT pk * 7919 %% %(customers)s AS someone) AS who
"""
# Of every second tick's messages one in sixty is left out late; of every fifth's one in fifty
# failed. Of every four ticks one has the deliveries of all its messages, one those of half.
_OUTCOMES = """
    INSERT INTO messaging_outcome (message_id, batch_id, state, reason, at)
    SELECT id, batch_id, state, CASE WHEN state = %(failed)s THEN 'blocked'
           WHEN state = %(left_out)s AND n IN (15, 17) THEN 'no_template'
           WHEN state = %(left_out)s THEN 'coupon_gone' ELSE '' END, at
      FROM (SELECT m.id, m.batch_id, t.n, t.at,
                   CASE WHEN place %% 60 = 1 AND n %% 2 = 1 THEN %(left_out)s
                        WHEN place %% 50 = 2 AND n %% 5 = 0 THEN %(failed)s
                        WHEN place = 3 AND n IN (25, 30) THEN %(unknown)s
                        WHEN place = 4 AND n = 20 THEN %(sent)s
                        WHEN n %% 4 = 1 OR n %% 4 = 2 AND place %% 2 = 0 THEN %(delivered)s
                   END AS state
              FROM messaging_message m
              JOIN ticks t ON t.chunk = m.id / 1000000,
                   LATERAL (SELECT m.id %% 1000000 AS place) AS number
             WHERE m.shop_id = %(shop)s AND m.batch_id %% 1000000000 < 100000 AND NOT t.test
               AND t.n < %(ticks)s - 1 AND t.n <> 10) AS own
     WHERE state IS NOT NULL
"""
_COUNTERS = """
    UPDATE messaging_batch b
       SET unknown = own.unknown, sent = own.sent, failed = own.failed,
           delivered = own.delivered, left_out = own.left_out
      FROM (SELECT batch_id, count(*) FILTER (WHERE state = %(unknown)s) AS unknown,
                   count(*) FILTER (WHERE state = %(sent)s) AS sent,
                   count(*) FILTER (WHERE state = %(failed)s) AS failed,
                   count(*) FILTER (WHERE state = %(delivered)s) AS delivered,
                   count(*) FILTER (WHERE state = %(left_out)s) AS left_out
              FROM messaging_outcome GROUP BY batch_id) AS own
     WHERE b.id = own.batch_id AND b.shop_id = %(shop)s
"""
