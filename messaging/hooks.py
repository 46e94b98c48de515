"""What a kind of message asks again at the moment of sending; the floor above registers it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from messaging.models import Batch, Reason


class Content(NamedTuple):
    """What a message says now."""

    variables: dict[str, Any]
    url: str


@dataclass(frozen=True, slots=True)
class Rechecked:
    """The kind's last word: who is left out after all, and whose content changed, by message."""

    left_out: Mapping[int, Reason] = field(default_factory=dict)
    changed: Mapping[int, Content] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.left_out or self.changed)


class Recheck(Protocol):
    """A kind's recheck of a batch; it runs inside the freezing transaction.

    The batch comes with its template. `reasons` has each message about to be frozen, and what
    already speaks against it ("": nothing).
    """

    def __call__(self, batch: Batch, reasons: Mapping[int, str], now: datetime) -> Rechecked: ...


RECHECKS: dict[str, Recheck] = {}


def register_recheck(kind: str, recheck: Recheck) -> None:
    """Have messages of this run kind asked after at freezing (A7, D6)."""
    RECHECKS[kind] = recheck
