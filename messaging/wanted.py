"""Which messages are asked for, as conditions that an index can answer.

A message's state is its own outcome's or else its batch's. So rows of a state are found twice:
with their batches, and as exceptions. The batch's counters tell which batches to look into.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Right

from messaging.models import COUNTERS, OPEN_STATES, Batch, Message, Outcome, Reason, State
from orders.models import Customer, Shop
from orders.search import Who

Key = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which messages of a shop are asked for. What is None or empty is not asked about.

    The period [since, until) is of the moment of planning. `people` are customer ids; `stranger`
    also finds rows without a customer (tests, guests) by their number.
    """

    since: datetime | None = None
    until: datetime | None = None
    kind: str = ""
    channel: str = ""
    state: State | None = None
    reason: Reason | None = None
    tests_only: bool = False
    people: Sequence[int] | None = None
    stranger: Who | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """Messages found in one way, and the fields that their order is by."""

    rows: QuerySet[Any]
    batch: str = "batch_id"
    pk: str = "pk"
    # These few rows are found by another index; in the history's own order a database might walk
    # the whole table until it has met a page of them.
    few: bool = False

    def beyond(self, key: Key, *, newer: bool, most: int) -> Iterator[QuerySet[Any]]:
        """The ids of the nearest rows beyond this key: one query or two that hold them together."""
        side = "gt" if newer else "lt"
        same_batch = Q(**{self.batch: key[0], f"{self.pk}__{side}": key[1]})
        others = Q(**{f"{self.batch}__{side}": key[0]})
        batch = F(self.batch) + 0 if self.few else F(self.batch)
        order = (batch.asc(), F(self.pk).asc()) if newer else (batch.desc(), F(self.pk).desc())
        # An index begins at the one or at the other. Asked for both at once, it is read from the
        # beginning of the key's batch, which may be large.
        for condition in (same_batch | others,) if self.few else (same_batch, others):
            yield self.rows.filter(condition).order_by(*order).values(self.pk)[:most]


def batches_of(shop: Shop, wanted: Wanted) -> Iterator[QuerySet[Batch]]:
    """Batches that hold a wanted row, as their counters tell."""
    batches: QuerySet[Batch] = Batch.objects.for_shop(shop).filter(_shared(wanted), size__gt=0)
    if wanted.state is None:
        yield batches
        return
    exceptions = sum((F(name) for name in COUNTERS.values()), Value(0))
    own = batches.filter(state=wanted.state, size__gt=exceptions)
    yield own.filter(reason=wanted.reason) if wanted.reason else own
    if wanted.state not in OPEN_STATES:
        yield batches.filter(_excepted(wanted))


def of_batches(batches: Sequence[Batch], wanted: Wanted) -> Iterator[Rows]:
    """The wanted rows of these batches: those that are as their batch is, and the exceptions."""
    every = [batch.pk for batch in batches]
    if wanted.state is None:
        yield Rows(Message.objects.filter(batch__in=every))
        return
    own = [batch.pk for batch in batches if _is_wanted(batch, wanted)]
    yield Rows(Message.objects.filter(batch__in=own, outcome=None))
    if wanted.state == State.DELIVERED:
        # Nearly every row is one: they have no index of their own.
        yield Rows(Message.objects.filter(batch__in=every, outcome__state=State.DELIVERED))
    elif wanted.state not in OPEN_STATES:
        exceptions = Outcome.objects.filter(batch__in=every, state=wanted.state)
        if wanted.reason:
            exceptions = exceptions.filter(reason=wanted.reason)
        yield Rows(exceptions, pk="message_id")


def of_people(shop: Shop, wanted: Wanted) -> Iterator[Rows]:
    """The wanted rows of these people, and of strangers by their number."""
    messages = Message.objects.filter(_shared(wanted, "batch__"), _fate(wanted))
    # Asked of the person, not of the message, the shop costs no look at each message's row.
    people = Customer.objects.for_shop(shop).filter(pk__in=wanted.people)
    yield Rows(messages.filter(customer__in=people), few=True)
    who = wanted.stranger
    if who and who.by_phone:
        strangers = messages.alias(address_end=Right("address", 4))
        strangers = strangers.filter(shop=shop, customer=None, address_end=who.last_four)
        yield Rows(strangers.filter(address=who.phone) if who.phone else strangers, few=True)


def _shared(wanted: Wanted, prefix: str = "") -> Q:
    """What the messages of a batch have in common."""
    asked = {
        "planned_at__gte": wanted.since,
        "planned_at__lt": wanted.until,
        "channel": wanted.channel,
        "run__kind": wanted.kind,
        "run__is_test": wanted.tests_only,
    }
    return Q(**{f"{prefix}{name}": value for name, value in asked.items() if value})


def _fate(wanted: Wanted) -> Q:
    """What became of one message: its own outcome, or else its batch's."""
    if wanted.state is None:
        return Q()
    own, shared = Q(outcome__state=wanted.state), Q(outcome=None, batch__state=wanted.state)
    if wanted.reason:
        own &= Q(outcome__reason=wanted.reason)
        shared &= Q(batch__reason=wanted.reason)
    return own | shared


def _excepted(wanted: Wanted) -> Q:
    """Batches that hold a row whose own outcome is the wanted one."""
    state = State(wanted.state or State.WAITING)
    there = Outcome.objects.filter(batch=OuterRef("pk"), state=state)
    counted = Q(**{f"{COUNTERS[state]}__gt": 0})
    if wanted.reason:
        counted &= Q(Exists(there.filter(reason=wanted.reason)))
    return counted


def _is_wanted(batch: Batch, wanted: Wanted) -> bool:
    """Whether those of the batch's messages are wanted that have no outcome of their own."""
    return batch.state == wanted.state and wanted.reason in (None, batch.reason)
