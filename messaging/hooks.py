"""What a kind of message asks again at the moment of sending; the floor above registers it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from messaging.models import Reason


@dataclass(frozen=True, slots=True)
class Candidate:
    """A message about to be frozen, and the reason that already speaks against it ("": none)."""

    id: int
    reason: str


@dataclass(frozen=True, slots=True)
class Rechecked:
    """The kind's last word: who is left out after all, and whose content changed."""

    left_out: Mapping[int, Reason] = field(default_factory=dict)
    # Message id → the fields to write anew: `variables`, `url`.
    changed: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)


class Recheck(Protocol):
    """A kind's recheck; it runs inside the freezing transaction."""

    def __call__(self, messages: Sequence[Candidate], now: datetime) -> Rechecked: ...


RECHECKS: dict[str, Recheck] = {}


def register_recheck(kind: str, recheck: Recheck) -> None:
    """Have messages of this run kind asked after at freezing (A7, D6)."""
    RECHECKS[kind] = recheck
