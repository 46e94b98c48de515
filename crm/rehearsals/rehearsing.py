"""Working out what would have gone out, for the page that asks."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from crm.heartbeat import beat
from crm.models import Job, Rehearsal, RehearsalState
from crm.models.rehearsals import OPEN_STATES
from crm.rehearsals.decisions import Decision
from crm.rehearsals.replaying import ReplayRefusedError, rehearse, summary
from orders.models import Shop, User

GIVEN_UP_AFTER = timedelta(minutes=30)


def ask_for_rehearsal(
    *, shop: Shop, user: User, start: datetime, end: datetime, jobs: Iterable[Job], now: datetime
) -> Rehearsal:
    """Note the question; `crm.tasks.rehearse_soon` has it worked out.

    A shop has one at a time: while one is open, that one is returned.
    """
    open_ones = Rehearsal.objects.for_shop(shop).filter(state__in=OPEN_STATES)
    # Whoever worked on it was killed; a living worker gives up sooner.
    open_ones.filter(asked_at__lte=now - GIVEN_UP_AFTER).update(state=RehearsalState.FAILED)
    rehearsal, _new = open_ones.get_or_create(
        shop=shop,
        defaults={
            "asked_by": user,
            "asked_at": now,
            "start": start,
            "end": end,
            "kinds": [job.value for job in jobs],
        },
    )
    return cast(Rehearsal, rehearsal)


def run_rehearsal(pk: int) -> None:
    """Work a queued rehearsal out; one that is done, or being done, is left alone."""
    mine = Rehearsal.objects.filter(pk=pk, state=RehearsalState.QUEUED)
    if not mine.update(state=RehearsalState.RUNNING):
        return
    rehearsal = Rehearsal.objects.select_related("shop").get(pk=pk)
    try:
        rehearsal.result = _result(rehearsal)
        rehearsal.state = RehearsalState.DONE
    except ReplayRefusedError:
        rehearsal.state = RehearsalState.FAILED
    except Exception:
        Rehearsal.objects.filter(pk=pk).update(state=RehearsalState.FAILED)
        raise
    rehearsal.percent = 100
    rehearsal.save(update_fields=["result", "state", "percent"])


def _result(rehearsal: Rehearsal) -> dict[str, object]:
    zone = ZoneInfo(rehearsal.shop.timezone)
    days: Counter[str] = Counter()

    def by_day(decisions: Iterable[Decision]) -> Iterator[Decision]:
        for decision in decisions:
            if not decision.reason:
                days[str(decision.at.astimezone(zone).date())] += 1
            yield decision

    kinds = summary(
        by_day(
            rehearse(
                shop=rehearsal.shop,
                start=rehearsal.start,
                end=rehearsal.end,
                jobs=[Job(kind) for kind in rehearsal.kinds],
                progress=lambda at: _show_progress(rehearsal, at),
            )
        )
    )
    return {"kinds": kinds, "days": dict(sorted(days.items()))}


def _show_progress(rehearsal: Rehearsal, at: datetime) -> None:
    """Note each whole percent of the period; a row a tick would be wasted."""
    beat()
    percent = int(100 * ((at - rehearsal.start) / (rehearsal.end - rehearsal.start)))
    if percent > rehearsal.percent:
        rehearsal.percent = percent
        rehearsal.save(update_fields=["percent"])
