"""The one table of everything periodic, and the one way it runs.

django-q2 only wakes us each minute. What is due is our own arithmetic on `Due`: one row a shop
and job, and whoever moves its lease plans it.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Generic, TypeVar

from django.db import transaction
from django.db.models import Q

from crm.campaigns import consent_notices, coupon_messages
from crm.heartbeat import beat, beating
from crm.models import ConsentNoticeSettings, CouponMessageSettings, Due, Job, Kind
from crm.ticks import (
    MOMENT,
    Tick,
    expiry_time_from,
    expiry_window,
    ten_minutes_from,
    ten_minutes_until,
    ten_o_clock_from,
    ten_o_clock_until,
)
from messaging.models import SENDING
from orders.models import Shop

# A planner that dies is followed by another after this long. A living one renews it after each
# chunk and each query over the whole shop: seconds where it has a million coupons.
LEASE = timedelta(minutes=3)

Settings = CouponMessageSettings | ConsentNoticeSettings
S = TypeVar("S")


class LeaseLostError(Exception):
    """The job is no longer ours to plan; what its chunk has written is rolled back."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What came of one job's ticks for one shop: decisions by reason ("": planned)."""

    job: Job
    shop: Shop
    decisions: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Schedule(Generic[S]):
    """A job: when it has its ticks, how far a tick has looked when done, and what it plans.

    `load` reads what a shop has set for it.
    """

    load: Callable[[Shop], S]
    first: Callable[[S, datetime], datetime]
    tick: Callable[[S, datetime, datetime], datetime]
    seen: Callable[[S, Tick], datetime]
    plan: Callable[[S, Tick, Callable[[], None]], Counter[str]]


def _coupon_messages(shop: Shop) -> CouponMessageSettings:
    return CouponMessageSettings.objects.select_related(
        "shop__sending", "issue_template", "expiry_template", "advertising_template"
    ).get(shop=shop)


SCHEDULES: dict[Job, Schedule[Any]] = {
    # A missed tick of the issue job is made up for by the last one: it finds the same coupons.
    Job.COUPON_ISSUED: Schedule(
        load=_coupon_messages,
        first=lambda _settings, at: ten_minutes_from(at),
        tick=lambda _settings, _next_at, now: ten_minutes_until(now),
        seen=lambda _settings, tick: tick.at,
        plan=lambda settings, tick, progress: coupon_messages.plan(
            settings, Kind.ISSUED, tick, progress
        ),
    ),
    # A missed T of the expiry job is run as itself: each has its own window (A4).
    Job.COUPON_EXPIRING: Schedule(
        load=_coupon_messages,
        first=expiry_time_from,
        tick=lambda _settings, next_at, _now: next_at,
        seen=lambda settings, tick: expiry_window(settings, tick.at, tick.since)[1],
        plan=lambda settings, tick, progress: coupon_messages.plan(
            settings, Kind.EXPIRING, tick, progress
        ),
    ),
    # A missed day is made up for by the last one: it finds the same consents.
    Job.CONSENTS: Schedule(
        load=consent_notices.settings_of,
        first=lambda settings, at: ten_o_clock_from(settings.shop, at),
        tick=lambda settings, _next_at, now: ten_o_clock_until(settings.shop, now),
        seen=lambda _settings, tick: tick.at,
        plan=lambda settings, tick, progress: consent_notices.plan(settings, tick, progress),
    ),
}


def run_due(*, now: datetime, shop: Shop | None = None, replayed: bool = False) -> list[Plan]:
    """Plan everything that is due at `now`, of one shop or all; a stopped shop plans nothing.

    One shop's trouble keeps no other from being planned; raises it all, at the end, as a group.
    """
    due = Due.objects.filter(SENDING, next_at__lte=now)
    if shop:
        due = due.filter(shop=shop)
    plans: list[Plan] = []
    troubles: list[Exception] = []
    for row in due.select_related("shop").order_by("next_at"):
        try:
            plan = _run(row, now, replayed)
        except Exception as trouble:
            trouble.add_note(f"while planning {row}")
            troubles.append(trouble)
        else:
            plans += [plan] if plan else []
    if troubles:
        raise ExceptionGroup("some shops could not be planned", troubles)
    return plans


def _run(due: Due, now: datetime, replayed: bool) -> Plan | None:
    """Run a due job's ticks up to `now`; None where another planner has it."""
    started = monotonic()
    if not _lease(due, now):
        return None

    def renew() -> None:
        beat()
        _hold(due, now + timedelta(seconds=monotonic() - started) + LEASE)

    schedule = SCHEDULES[Job(due.job)]
    settings = schedule.load(due.shop)
    plan = Plan(Job(due.job), due.shop)
    with suppress(LeaseLostError):
        while due.next_at <= now:
            at = schedule.tick(settings, due.next_at, now)
            tick = Tick(at=at, now=now, since=due.seen_through, replayed=replayed)
            with beating():  # finding the candidates is one query over the whole shop
                plan.decisions.update(schedule.plan(settings, tick, renew))
            settings = _finish(due, schedule, settings, tick)
    return plan


def _lease(due: Due, now: datetime) -> bool:
    """Take the row by compare-and-swap, so that a shop's job has one planner at a time."""
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    mine = Due.objects.filter(free, pk=due.pk, next_at=due.next_at)
    due.leased_until = now + LEASE
    return bool(mine.update(leased_until=due.leased_until))


def _hold(due: Due, until: datetime) -> None:
    """Move our lease; LeaseLostError where it is no longer ours to move.

    So it is when the job was turned off, another has taken it over, or the shop's sending was
    stopped meanwhile (F11).
    """
    ours = Due.objects.filter(SENDING, pk=due.pk, leased_until=due.leased_until)
    if not ours.update(leased_until=until):
        raise LeaseLostError
    due.leased_until = until


@transaction.atomic
def _finish(due: Due, schedule: Schedule[S], settings: S, tick: Tick) -> S:
    """Note how far the tick has looked, and when the next one is; the last one ends the lease.

    Returns the settings as they are now: T may have changed while we planned.
    """
    assert due.leased_until  # noqa: S101 - we have it
    _hold(due, due.leased_until)
    due.seen_through = schedule.seen(settings, tick)
    settings = schedule.load(due.shop)
    due.next_at = schedule.first(settings, tick.at + MOMENT)
    due.leased_until = None if due.next_at > tick.now else due.leased_until
    due.save(update_fields=["seen_through", "next_at", "leased_until"])
    return settings


def schedule(settings: Settings, job: Job, since: datetime) -> None:
    """Have a job run from its first tick not before `since`, as if nothing had been seen."""
    Due.objects.update_or_create(
        shop=settings.shop,
        job=job,
        defaults={
            "next_at": SCHEDULES[job].first(settings, since),
            "seen_through": None,
            "leased_until": None,
        },
    )


def reschedule(settings: Settings, job: Job, now: datetime) -> None:
    """Move a running job's next tick to where its settings now put it; what it saw stays seen."""
    Due.objects.filter(shop=settings.shop, job=job).update(
        next_at=SCHEDULES[job].first(settings, now)
    )


def unschedule(settings: Settings, job: Job) -> None:
    """Have a job run no more."""
    Due.objects.filter(shop=settings.shop, job=job).delete()
