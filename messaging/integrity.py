"""What missing foreign keys would hold, and what counters say against their rows.

Messages and outcomes have no constraint to shop, customer and batch (inserting would take more
than twice as long); this looks for what such constraints would have refused. Each question is one
query over the shop's rows: for a nightly check and for tests.
"""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Exists, F, Model, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from messaging.models import COUNTERS, Batch, Message, Outcome, PastReason, State
from messaging.unbalanced import find_unbalanced
from orders.models import Customer, Shop

Rows = QuerySet[Any]

# Enough to see what went wrong; a broken house would list every row.
EXAMPLES = 20


def find_broken(shop: Shop | None = None) -> list[str]:
    """What does not hold, one line each with some of the rows' ids; empty where all is well.

    Of one shop or all; rows whose shop is gone are found only in all.
    """
    return [
        f"{what}: {', '.join(map(str, ids))}"
        for what, rows in _questions(shop)
        if (ids := list(rows.order_by("pk").values_list("pk", flat=True)[:EXAMPLES]))
    ]


def _questions(shop: Shop | None) -> Iterator[tuple[str, Rows]]:
    messages = Message.objects.for_shop(shop) if shop else Message.objects.all()
    batches = Batch.objects.for_shop(shop) if shop else Batch.objects.all()
    yield from _of_messages(messages)
    yield from _of_outcomes(messages)
    yield from _of_batches(batches)
    yield from find_unbalanced(shop)
    if shop is None:
        yield "outcomes without a message", _without(Outcome.objects.all(), Message, "message_id")
        past = PastReason.objects.all()
        yield "past reasons without a message", _without(past, Message, "message_id")


def _of_messages(messages: Rows) -> Iterator[tuple[str, Rows]]:
    strangers = Q(customer=None)
    yield "messages without their shop", _without(messages, Shop, "shop_id")
    yield "messages without their batch", _without(messages, Batch, "batch_id")
    known = messages.exclude(strangers)
    yield "messages without their customer", _without(known, Customer, "customer_id")
    yield "messages in another shop's batch", messages.exclude(batch__shop_id=F("shop_id"))
    yield (
        "messages to another shop's customer",
        messages.exclude(strangers).exclude(customer__shop_id=F("shop_id")),
    )
    joined = messages.exclude(joined=None)
    yield "messages joined with none", _without(joined, Message, "joined_id")


def _of_outcomes(messages: Rows) -> Iterator[tuple[str, Rows]]:
    with_outcome = messages.filter(outcome__isnull=False)
    yield "outcomes of another batch", with_outcome.exclude(outcome__batch_id=F("batch_id"))
    yield (
        "outcomes in batches that nobody has sent yet",
        with_outcome.filter(batch__state=State.WAITING, batch__frozen_at=None),
    )


def _of_batches(batches: Rows) -> Iterator[tuple[str, Rows]]:
    members = Message.objects.filter(batch_id=OuterRef("pk")).order_by().values("batch_id")
    yield "batches that miscount their messages", batches.exclude(size=_count(members))
    own = Outcome.objects.filter(batch_id=OuterRef("pk")).order_by().values("batch_id")
    for state, counter in COUNTERS.items():
        counted = batches.exclude(**{counter: _count(own.filter(state=state))})
        yield f"batches that miscount “{counter}”", counted
    yield (
        "batches at their end that keep a payload",
        batches.exclude(settled_at=None).exclude(payload=None),
    )


def _without(rows: Rows, parent: type[Model], name: str) -> Rows:
    """Rows whose column `name` leads to no row of `parent`."""
    return rows.exclude(Exists(parent._default_manager.filter(pk=OuterRef(name))))


def _count(rows: Rows) -> Coalesce:
    return Coalesce(Subquery(rows.annotate(n=Count("*")).values("n")), Value(0))
