"""A rehearsal as the page shows it: how far it is, and what came of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from crm.home.charts import Chart, chart
from crm.mending import LeftOut, left_out
from crm.models import Job, Kind, Rehearsal, RehearsalState
from orders.localtime import local_day

# A worker that is awake takes it up within seconds.
SOON = timedelta(seconds=20)
# The queue ends a task that runs longer than a quarter of an hour.
AT_MOST = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class KindResult:
    """What one message would have done."""

    kind: Kind
    planned: int
    left_out: list[LeftOut]

    @property
    def omitted(self) -> int:
        """All that would have been left out."""
        return sum(line.messages for line in self.left_out)


@dataclass(frozen=True, slots=True)
class RehearsalView:
    """A rehearsal at a moment. `until` is its last day, included."""

    rehearsal: Rehearsal
    first: date
    until: date
    messages: list[str]
    results: list[KindResult]
    asleep: bool
    lost: bool

    @property
    def pending(self) -> bool:
        """Whether it is worth asking again in a moment."""
        open_states = (RehearsalState.QUEUED, RehearsalState.RUNNING)
        return self.rehearsal.state in open_states and not (self.asleep or self.lost)

    @property
    def done(self) -> bool:
        """Whether there is a result."""
        return self.rehearsal.state == RehearsalState.DONE

    @property
    def planned(self) -> int:
        """All messages that would have gone out."""
        return sum(result.planned for result in self.results)

    @property
    def omitted(self) -> int:
        """All that would have been left out."""
        return sum(result.omitted for result in self.results)

    @property
    def per_day(self) -> int:
        """Messages that would have gone out a day, rounded."""
        return round(self.planned / ((self.until - self.first).days + 1))

    @property
    def mendable(self) -> int:
        """Left out for what the shop itself can mend."""
        lines = (line for result in self.results for line in result.left_out)
        return sum(line.messages for line in lines if line.blocked)

    @property
    def days(self) -> Chart:
        """Planned messages a day, over the whole period."""
        found = (self.rehearsal.result or {}).get("days", {})
        return chart([(day, found.get(str(day), 0), 0) for day in self._every_day()])

    def _every_day(self) -> Iterator[date]:
        for n in range((self.until - self.first).days + 1):
            yield self.first + timedelta(days=n)


def show_rehearsal(rehearsal: Rehearsal, now: datetime) -> RehearsalView:
    """The rehearsal as it stands at `now`."""
    zone = ZoneInfo(rehearsal.shop.timezone)
    waited = now - rehearsal.asked_at
    state = rehearsal.state
    return RehearsalView(
        rehearsal=rehearsal,
        first=local_day(rehearsal.start, zone),
        until=local_day(rehearsal.end - timedelta(microseconds=1), zone),
        messages=[str(Kind(Job(job).value).label) for job in rehearsal.kinds],
        results=_results(rehearsal) if state == RehearsalState.DONE else [],
        asleep=state == RehearsalState.QUEUED and waited > SOON,
        lost=state == RehearsalState.RUNNING and waited > AT_MOST,
    )


def _results(rehearsal: Rehearsal) -> list[KindResult]:
    found = (rehearsal.result or {}).get("kinds", {})
    empty = {"planned": 0, "left_out": {}}
    tried = [(Kind(job), found.get(job, empty)) for job in rehearsal.kinds]
    return [
        KindResult(kind, one["planned"], left_out(one["left_out"].items())) for kind, one in tried
    ]
