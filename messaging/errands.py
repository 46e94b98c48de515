"""What a round of sending works on."""

from collections import Counter
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

from messaging.gateways import (
    AnswerLost,
    Answers,
    Busy,
    Connect,
    FrozenBatch,
    NeverReceived,
    Rejected,
)
from messaging.models import State
from orders.models import Shop

# After a batch was taken up. A call takes at most 80 s (`gateways.http`), a lease lasts 120.
LATEST_BEGINNING = timedelta(seconds=30)

Said = Answers | Rejected | Busy | AnswerLost | NeverReceived


@dataclass(frozen=True, slots=True)
class Errand:
    """A frozen batch on its way; `in_doubt` where it may have been taken before."""

    batch: FrozenBatch
    gateway: int
    attempt: int
    in_doubt: bool = False
    ask: bool = False
    # Its gateway has failed before: that an answer came is worth writing down.
    ailing: bool = False
    # When the batch was first tried.
    since: datetime | None = None
    taken_up: float = field(default_factory=monotonic)

    @property
    def is_late(self) -> bool:
        """Whether it has waited too long to begin: its lease may end in mid-call."""
        return monotonic() - self.taken_up > LATEST_BEGINNING.total_seconds()


@dataclass(slots=True)
class Round:
    """One call of `dispatch`: what it works on, and what became of messages so far."""

    now: datetime
    shop: Shop | None
    connect: Connect
    counts: Counter[State] = field(default_factory=Counter)
    # Batches that our own code stumbled over: they must not hold up the others.
    stumbled: list[int] = field(default_factory=list)
    flying: dict[Future[Said], Errand] = field(default_factory=dict)
    began: float = field(default_factory=monotonic)
    budget: timedelta | None = None

    @property
    def moment(self) -> datetime:
        """The round's `now`, and what has gone by since.

        A round may take long: leases, pauses and the sending hours count from here. What is
        written down and what is due go by `now`.
        """
        return self.now + timedelta(seconds=monotonic() - self.began)

    @property
    def is_over(self) -> bool:
        """Whether no new batch is to be begun."""
        return self.budget is not None and self.moment - self.now >= self.budget
