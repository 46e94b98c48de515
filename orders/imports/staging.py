"""Keeps a file's lines on disk until the last is read, and tells them as whole records.

An SQLite database of its own, in a temporary file that is gone with it: a file of any length
takes the same memory. Times are microseconds since 1970.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from types import TracebackType
from typing import Any

from orders.records import CancellationRecord, ItemRecord, OrderRecord, ProductRecord

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_TABLE = """
CREATE TABLE kept (
    id INTEGER PRIMARY KEY, number TEXT NOT NULL, cancels INTEGER NOT NULL, customer TEXT,
    code TEXT NOT NULL, name TEXT NOT NULL, quantity INTEGER NOT NULL,
    unit_price INTEGER NOT NULL, at INTEGER NOT NULL
)
"""
_FILL = """
INSERT INTO kept (number, cancels, customer, code, name, quantity, unit_price, at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_PRODUCTS = """
SELECT code, name, at FROM (
    SELECT code, name, at, row_number() OVER (
        PARTITION BY code ORDER BY name = '', at DESC, id DESC
    ) AS place FROM kept
) WHERE place = 1 ORDER BY code
"""
_ORDERS = """
SELECT number, customer, at, code, quantity, unit_price FROM kept
WHERE NOT cancels ORDER BY number, id
"""
_CANCELLATIONS = """
SELECT number, row_number() OVER (PARTITION BY number ORDER BY id), customer, code, quantity, at
FROM kept WHERE cancels ORDER BY at, id
"""


@dataclass(frozen=True, slots=True)
class Line:
    """A kept row of an order (or of a cancellation, where `number` begins with C)."""

    number: str
    customer: str | None
    code: str
    name: str
    quantity: int
    unit_price: int
    at: datetime


class Stage:
    """The kept lines of one file."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute(_TABLE)
        self._span = 0

    def __enter__(self) -> "Stage":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._db.close()

    def fill(self, lines: Iterable[Line]) -> None:
        """Take the lines, in the order of the file."""
        self._db.execute("BEGIN")
        self._db.executemany(_FILL, map(_as_row, lines))
        self._db.execute("COMMIT")

    def move_to(self, ends_at: datetime) -> None:
        """From now on tell all times moved by one span, so that the last is `ends_at`.

        Raises `OverflowError` where the first would fall out of the calendar.
        """
        first, last = self._db.execute("SELECT min(at), max(at) FROM kept").fetchone()
        if last is not None:
            self._span = _ticks(ends_at) - last
            self._time(first)

    def products(self) -> Iterator[ProductRecord]:
        """Each product with its latest description that says something."""
        for code, name, at in self._db.execute(_PRODUCTS):
            yield ProductRecord(code, name, self._time(at)) if name else ProductRecord(code)

    def customers(self) -> Iterator[str]:
        """The ids of all customers."""
        return self._texts(
            "SELECT DISTINCT customer FROM kept WHERE customer IS NOT NULL ORDER BY customer"
        )

    def orders(self) -> Iterator[OrderRecord]:
        """Whole orders; the time is the first line's."""
        for number, lines in groupby(self._db.execute(_ORDERS), itemgetter(0)):
            yield self._order(number, list(lines))

    def cancellations(self) -> Iterator[CancellationRecord]:
        """Lines taken back, in the order of time, then of the file."""
        for number, line, customer, code, quantity, at in self._db.execute(_CANCELLATIONS):
            yield CancellationRecord(number, line, customer, code, quantity, self._time(at))

    def numbers(self, *, cancels: bool) -> Iterator[str]:
        """The numbers of all orders, or of all cancellations."""
        return self._texts("SELECT DISTINCT number FROM kept WHERE cancels = ?", cancels)

    def count_numbers(self, *, cancels: bool) -> int:
        """How many orders there are, or cancellations."""
        return self._count("SELECT count(DISTINCT number) FROM kept WHERE cancels = ?", cancels)

    def count_customers(self) -> int:
        """How many customers the lines name."""
        return self._count("SELECT count(DISTINCT customer) FROM kept")

    def count_products(self) -> int:
        """How many products the lines name."""
        return self._count("SELECT count(DISTINCT code) FROM kept")

    def _order(self, number: str, lines: list[tuple[Any, ...]]) -> OrderRecord:
        ordered_at = self._time(lines[0][2])
        items = tuple(
            ItemRecord(place, code, quantity, unit_price)
            for place, (_, _, _, code, quantity, unit_price) in enumerate(lines, start=1)
        )
        customer = next((line[1] for line in lines if line[1]), None)
        return OrderRecord(number, customer, ordered_at, items, as_of=ordered_at)

    def _time(self, ticks: int) -> datetime:
        return _EPOCH + _MICROSECOND * (ticks + self._span)

    def _texts(self, query: str, *values: Any) -> Iterator[str]:
        return (text for (text,) in self._db.execute(query, values))

    def _count(self, query: str, *values: Any) -> int:
        return int(self._db.execute(query, values).fetchone()[0])


def _ticks(time: datetime) -> int:
    return (time - _EPOCH) // _MICROSECOND


def _as_row(line: Line) -> tuple[Any, ...]:
    return (
        line.number,
        line.number.startswith("C"),
        line.customer,
        line.code,
        line.name,
        line.quantity,
        line.unit_price,
        _ticks(line.at),
    )
