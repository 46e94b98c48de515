"""The history: every message, newest first, a page at a time (F8).

Rows are in the order of (batch, id), descending. A page first picks a few batches whose counters
say that they hold rows of the wanted state, then reads their rows; a person's messages start from
the person. Nothing filters on the state that is shown, and nothing counts exactly: both read the
whole table. The figures: docs/measurements.md.
"""

import heapq
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice

from django.db.models import Q, QuerySet

from messaging.models import COUNTERS, Batch, Message
from messaging.wanted import (
    Key,
    Rows,
    Wanted,
    batch_condition,
    of_batches,
    of_people,
    promised,
)
from orders.models import Shop

PAGE_SIZE = 50
# Counters may promise more than there is (a report is being written down). Then the page looks
# further, but not for ever: it is short, and its cursor goes on from where it stopped.
_ROUNDS = 2
_LAST_ID = 2**63 - 1
_CURSOR = re.compile(r"([0-9]{1,18})\.([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place between rows: the page of rows older than `key`, or of newer ones."""

    key: Key
    newer: bool = False

    def __str__(self) -> str:
        return "{}.{}".format(*self.key)


@dataclass(frozen=True, slots=True)
class Page:
    """Rows, newest first, and where the neighbouring pages begin (None: there is none)."""

    rows: list[Message]
    newer: Cursor | None
    older: Cursor | None


def read_cursor(*, older: str = "", newer: str = "") -> Cursor | None:
    """A cursor as an address carries it; None for none, or for one that makes no sense."""
    found = _CURSOR.fullmatch(older or newer)
    if found is None:
        return None
    return Cursor((int(found[1]), int(found[2])), newer=not older)


def find_page(
    *, shop: Shop, wanted: Wanted, cursor: Cursor | None = None, size: int = PAGE_SIZE
) -> Page:
    """The page at the cursor; without one, or where less than a page is newer, the newest."""
    if wanted.people is not None:
        return find_rows(list(of_people(shop, wanted)), cursor=cursor, size=size)
    return _page(lambda cursor: _BatchWalk(shop, wanted, cursor, size), cursor, size)


def find_rows(sources: Iterable[Rows], *, cursor: Cursor | None, size: int = PAGE_SIZE) -> Page:
    """A page of the rows of these sources together. A query for each, and one for the rows."""
    sources = list(sources)

    def walk(cursor: Cursor | None) -> _Walk:
        found = _Walk(cursor, size)
        found.take(sources)
        found.more = not found.lacking
        return found

    return _page(walk, cursor, size)


def _page(go: Callable[[Cursor | None], "_Walk"], cursor: Cursor | None, size: int) -> Page:
    walk = go(cursor)
    if walk.newer and len(walk.keys) <= size:
        cursor, walk = None, go(None)
    keys = walk.keys[:size]
    if walk.newer:
        keys.reverse()
        return Page(load(keys), Cursor(keys[0], newer=True), Cursor(keys[-1]))
    older = None
    if walk.more:
        older = Cursor(keys[-1] if len(walk.keys) > size else walk.key)
    return Page(load(keys), _before(cursor, keys), older)


def _before(cursor: Cursor | None, keys: list[Key]) -> Cursor | None:
    """Where the page begins that is newer than these rows, found at this cursor."""
    if cursor is None:
        return None
    batch, message = cursor.key
    return Cursor(keys[0] if keys else (batch, max(message - 1, 0)), newer=True)


class _Walk:
    """One look through rows from a cursor on: the `keys` found, and whether there are `more`.

    It looks for one row more than the page holds.
    """

    def __init__(self, cursor: Cursor | None, size: int) -> None:
        self.newer = bool(cursor and cursor.newer)
        self.key: Key = cursor.key if cursor else (_LAST_ID, _LAST_ID)
        self.lacking = size + 1
        self.keys: list[Key] = []
        self.more = False

    def take(self, sources: Iterable[Rows]) -> None:
        """Add the nearest rows beyond the cursor, one query for each source."""
        parts = [rows.beyond(self.key, newer=self.newer, most=self.lacking) for rows in sources]
        merged = heapq.merge(*parts, reverse=not self.newer)
        nearest = list(islice(merged, self.lacking))
        self.keys += nearest
        self.lacking -= len(nearest)


class _BatchWalk(_Walk):
    """A look from batch to batch."""

    def __init__(self, shop: Shop, wanted: Wanted, cursor: Cursor | None, size: int) -> None:
        super().__init__(cursor, size)
        self.shop, self.wanted = shop, wanted
        for round_number in range(_ROUNDS):
            # The cursor's own batch may have no row left, each other one has one.
            most = self.lacking + 1
            batches = self._batches(most)
            chosen = batches if round_number else self._enough(batches)
            self.take(of_batches(chosen, wanted))
            self.more = not self.lacking or len(chosen) < len(batches) or len(batches) == most
            if not self.lacking or not self.more:
                return
            self.key = (chosen[-1].pk, _LAST_ID if self.newer else 0)

    def _batches(self, most: int) -> list[Batch]:
        """The nearest batches that may hold a wanted row."""
        side = Q(pk__gte=self.key[0]) if self.newer else Q(pk__lte=self.key[0])
        batches = Batch.objects.for_shop(self.shop).filter(side, batch_condition(self.wanted))
        batches = batches.order_by("pk" if self.newer else "-pk")
        return list(batches.only("state", "reason", "size", *COUNTERS.values())[:most])

    def _enough(self, batches: list[Batch]) -> list[Batch]:
        """As many of the batches as hold the lacking rows, by their counters."""
        held = 0
        for index, batch in enumerate(batches):
            if held >= self.lacking:
                return batches[:index]
            if batch.pk != self.key[0]:
                held += promised(batch, self.wanted)
        return batches


def load(keys: list[Key]) -> list[Message]:
    """The messages with all that a row shows, in this order. One query."""
    found = readable(Message.objects.filter(pk__in=[pk for _batch, pk in keys]))
    by_id = {message.pk: message for message in found}
    return [by_id[pk] for _batch, pk in keys if pk in by_id]


def readable(messages: QuerySet[Message]) -> QuerySet[Message]:
    """These messages with all that is needed to show them; `state` and `reason` are added."""
    shown: QuerySet[Message] = (
        messages.with_state()  # type: ignore[attr-defined]
        .select_related(
            "shop",
            "customer",
            "outcome",
            "batch__run",
            "batch__gateway",
            "batch__revision__template",
        )
        .defer("batch__payload")
    )
    return shown
