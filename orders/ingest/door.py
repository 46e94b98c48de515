"""Takes records, and hands each kind to whoever registered for it.

Floors above register their own kinds in `AppConfig.ready`; that is how a mall's coupons get past
floor 1 without floor 1 knowing coupons.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice
from typing import Any, TypeVar

from django.db import transaction

from orders.models import Shop

# Records a transaction: large enough to be quick, small enough to let other writers in.
BATCH = 500

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Counts:
    """How many objects were created and how many updated."""

    created: int = 0
    updated: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.created + other.created, self.updated + other.updated)

    @property
    def changed(self) -> int:
        """Objects created or updated: 0 where everything was known."""
        return self.created + self.updated


Upsert = Callable[[Shop, Sequence[R], datetime], Counts]

_sinks: dict[type[Any], Upsert[Any]] = {}


def sink(kind: type[R], upsert: Upsert[R]) -> None:
    """Have records of this kind written by `upsert(shop, records, now)`; for `AppConfig.ready`."""
    _sinks[kind] = upsert


def registered() -> Mapping[type[Any], Upsert[Any]]:
    """Who writes what."""
    return dict(_sinks)


def ingest(*, shop: Shop, records: Iterable[Any], now: datetime) -> Counts:
    """Write facts in the order in which they come, in batches of one kind, each a transaction.

    `now` is when Dangol learnt them. Twice the same facts write nothing the second time. A kind
    that nobody registered for is a `TypeError`.
    """
    total = Counts()
    for kind, batch in _batches(records):
        total += _write(shop, kind, batch, now)
    return total


def _batches(records: Iterable[Any]) -> Iterator[tuple[type[Any], list[Any]]]:
    for kind, alike in groupby(records, type):
        while batch := list(islice(alike, BATCH)):
            yield kind, batch


def _write(shop: Shop, kind: type[Any], batch: list[Any], now: datetime) -> Counts:
    if kind not in _sinks:
        raise TypeError(f"nothing is registered for {kind.__name__}")
    with transaction.atomic():
        # One writer of facts a shop: two that bring the same news wait, rather than collide.
        Shop.objects.select_for_update(no_key=True).get(pk=shop.pk)
        return _sinks[kind](shop, batch, now)
