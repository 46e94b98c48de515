"""Writing only what differs."""

from collections.abc import Hashable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

from django.db.models import Model

from orders.ingest.door import Counts

M = TypeVar("M", bound=Model)
K = TypeVar("K", bound=Hashable)

# Rows a statement when writing; the engines' own limits cut it further where they must.
ROWS = 2_000

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def is_news(stored: datetime | None, as_of: datetime | None) -> bool:
    """Whether something told as of `as_of` may replace what is stored as of `stored`."""
    return stored is None or (as_of is not None and as_of >= stored)


class _Dated(Protocol):
    @property
    def as_of(self) -> datetime | None: ...


D = TypeVar("D", bound=_Dated)


def oldest_first(records: Iterable[D]) -> list[D]:
    """Records of one batch, so that of several about one thing the latest news comes last."""
    return sorted(records, key=lambda record: record.as_of or _LONG_AGO)


def upsert(
    model: type[M], *, wanted: Mapping[K, Mapping[str, Any]], stored: Mapping[K, M]
) -> Counts:
    """Create what is not stored, and of the rest write what differs.

    Both are by the same key. `wanted` has the attributes; to be created, a row needs them all.
    """
    new = [model(**fields) for key, fields in wanted.items() if key not in stored]
    model._default_manager.bulk_create(new, batch_size=ROWS)
    changed: list[M] = []
    names: set[str] = set()
    for key, fields in wanted.items():
        if key in stored and (differing := _apply(stored[key], fields)):
            changed.append(stored[key])
            names |= differing
    if changed:
        model._default_manager.bulk_update(changed, sorted(names), batch_size=ROWS)
    return Counts(created=len(new), updated=len(changed))


def _apply(row: Model, fields: Mapping[str, Any]) -> set[str]:
    """Set what differs, and say what that was, in the names of the model's fields."""
    differing = {name for name, value in fields.items() if getattr(row, name) != value}
    for name in differing:
        setattr(row, name, fields[name])
    return {row._meta.get_field(name).name for name in differing}
