"""The history: every message, newest first, a page at a time (F8).

Rows are in the order of (batch, id), descending. One query picks the nearest batches whose counters
say that they hold rows of the wanted state, one finds the page's rows in them, one reads these. A
person's messages start from the person, whom a query found before. Nothing filters on the state
that is shown, and nothing counts exactly: both read the whole table. The figures:
docs/measurements.md.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from messaging.models import Batch, Message
from messaging.wanted import Key, Rows, Wanted, batches_of, of_batches, of_people
from orders.models import Shop

PAGE_SIZE = 50
_LAST_ID = 2**63 - 1
_CURSOR = re.compile(r"([0-9]{1,18})\.([0-9]{1,18})")

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place between rows: the page of rows older than `key`, or of newer ones."""

    key: Key
    newer: bool = False

    def __str__(self) -> str:
        return "{}.{}".format(*self.key)


_NEWEST = Cursor((_LAST_ID, _LAST_ID))


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
        return find_rows(of_people(shop, wanted), cursor=cursor, size=size)
    return _page(lambda at: _look_into_batches(shop, wanted, at, size), cursor, size)


def find_rows(sources: Iterable[Rows], *, cursor: Cursor | None, size: int = PAGE_SIZE) -> Page:
    """A page of the rows of these sources together. Two queries."""
    sources = list(sources)
    return _page(lambda at: _Found(_nearest(sources, at, size)), cursor, size)


@dataclass(frozen=True, slots=True)
class _Found:
    """The nearest rows beyond a cursor, nearest first, one more than a page holds.

    `end` is where the looking ended, if it did before everything was looked at.
    """

    keys: list[Key]
    end: Key | None = None


def _page(look: Callable[[Cursor], _Found], cursor: Cursor | None, size: int) -> Page:
    found = look(cursor or _NEWEST)
    if cursor and cursor.newer and len(found.keys) < size:
        cursor, found = None, look(_NEWEST)
    keys = found.keys[:size]
    further = keys[-1] if len(found.keys) > size else found.end
    if cursor and cursor.newer:
        newer = Cursor(further, newer=True) if further else None
        return Page(_load(keys[::-1]), newer, Cursor(keys[0]))
    return Page(_load(keys), _before(cursor, keys), Cursor(further) if further else None)


def _before(cursor: Cursor | None, keys: list[Key]) -> Cursor | None:
    """Where the page begins that is newer than these rows, found at this cursor."""
    if cursor is None:
        return None
    batch, message = cursor.key
    return Cursor(keys[0] if keys else (batch, max(message - 1, 0)), newer=True)


def _look_into_batches(shop: Shop, wanted: Wanted, at: Cursor, size: int) -> _Found:
    """The rows of the nearest batches. Two queries."""
    # The cursor's own batch may have no row left. Each other one has one, unless its counters
    # promise too much (a report is being written down): then a page is short, and leads on.
    most = size + 2
    batches = _nearest_batches(shop, wanted, at, most)
    keys = _nearest(of_batches(batches, wanted), at, size)
    if len(batches) < most:
        return _Found(keys)
    return _Found(keys, end=(batches[-1].pk, _LAST_ID if at.newer else 0))


def _nearest_batches(shop: Shop, wanted: Wanted, at: Cursor, most: int) -> list[Batch]:
    side = Q(pk__gte=at.key[0]) if at.newer else Q(pk__lte=at.key[0])
    order = "pk" if at.newer else "-pk"
    parts = [part.filter(side).order_by(order)[:most] for part in batches_of(shop, wanted)]
    return list(_together(Batch, parts).order_by(order).only("state", "reason")[:most])


def _nearest(sources: Iterable[Rows], at: Cursor, size: int) -> list[Key]:
    parts = [
        part for rows in sources for part in rows.beyond(at.key, newer=at.newer, most=size + 1)
    ]
    order = ("batch_id", "pk") if at.newer else ("-batch_id", "-pk")
    found = _together(Message, parts).order_by(*order)
    return list(found.values_list("batch_id", "pk")[: size + 1])


def _together(model: type[M], parts: Sequence[QuerySet[Any]]) -> QuerySet[M]:
    """The rows that any of these queries finds; each is short.

    SQLite takes a query with a limit into a union only as a part of another.
    """
    short = [model._default_manager.filter(pk__in=part).values("pk") for part in parts]
    return model._default_manager.filter(pk__in=short[0].union(*short[1:], all=True))


def _load(keys: list[Key]) -> list[Message]:
    """The messages with all that a row shows, in this order.

    Asked by itself: with so many tables to read from, a database may not begin with the few ids.
    """
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
