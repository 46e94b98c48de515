"""Lists that a provider tells: where one entry is broken, the others count all the same."""

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, tzinfo
from typing import Any, TypeVar

from messaging.gateways.http import Json

T = TypeVar("T")

logger = logging.getLogger(__name__)


def read_each(entries: Iterable[Any], read: Callable[[Json], T | None], whose: str) -> Iterator[T]:
    """What `read` makes of each entry; an entry of which it makes None is none of ours.

    What is no object, or what `read` raises ValueError for, is passed over: told again it would be
    as broken, and hold up the others for ever. The log says how many `whose` list had, and nothing
    of what they held: it may be somebody's number.
    """
    broken = 0
    for entry in entries:
        try:
            if not isinstance(entry, dict):
                raise ValueError("wanted an object")
            found = read(entry)
        except ValueError:
            broken += 1
            continue
        if found is not None:
            yield found
    if broken:
        logger.warning("%s: passed over %d entries that can't be read", whose, broken)


def first_time(texts: Iterable[object], zone: tzinfo) -> datetime | None:
    """The first of these that is a time; without an offset it is the zone's."""
    for text in texts:
        try:
            found = datetime.fromisoformat(str(text))
            return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
        except (ValueError, OverflowError):  # the year 1 has moments that UTC has not
            continue
    return None
