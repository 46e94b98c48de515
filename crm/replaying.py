"""A whole period, tick by tick, as the clock would have run it.

A replayed tick knows the facts up to and including its own time, as if each had been learnt when
it happened. A rehearsal does so on hidden copies of the tables that sending writes.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

from django.db.models import Min
from django.utils.translation import gettext as _

from coupons.models import IssuedCoupon
from crm.coupon_settings import settings_of
from crm.decisions import Decision, decisions_of_tick, drops_at
from crm.models import CouponNotice, Due, Job
from crm.schedules import SCHEDULES, run_due, schedule
from crm.ticks import ten_minutes_from
from messaging.dispatch import dispatch
from messaging.gateways import Provider, connect
from messaging.models import (
    Batch,
    Chunk,
    Gateway,
    Message,
    Outcome,
    PastReason,
    Run,
    RunState,
    State,
)
from messaging.staging import shadowed
from orders.models import Shop

SENDING_TABLES = (Run, Chunk, Batch, Message, Outcome, PastReason, CouponNotice, Due)

NEVER = datetime(9999, 1, 1, tzinfo=UTC)

Progress = Callable[[datetime], None]


class ReplayRefusedError(Exception):
    """A replay would do harm, or nothing; the message says why."""


def replay(
    *, shop: Shop, start: datetime, end: datetime, progress: Progress = lambda _at: None
) -> Iterator[Decision]:
    """Run every tick in [start, end) and send what comes due; yields each decision.

    Raises ReplayRefusedError where anybody's real phone could ring: old news must not go there.
    """
    if Gateway.objects.filter(shop=shop).exclude(provider="phone").exists():
        raise ReplayRefusedError(
            _("The shop is connected to a provider that reaches people. Rehearse instead.")
        )
    _refuse_where_stopped(shop)
    _begin_at(shop, start)
    yield from _run_ticks(shop, start, end, progress)
    _begin_at(shop, end)


def _refuse_where_stopped(shop: Shop) -> None:
    if settings_of(shop).shop.sending.stopped_at:
        raise ReplayRefusedError(_("The shop's sending is stopped."))


def _begin_at(shop: Shop, start: datetime) -> None:
    """Let jobs that are behind `start`, or that idle ticks were skipped for, go on from there."""
    settings = settings_of(shop)
    for due in Due.objects.filter(shop=shop):
        schedule_ = SCHEDULES[Job(due.job)]
        if due.next_at < start or due.next_at == NEVER:
            due.next_at = schedule_.first(settings, start)
            due.save(update_fields=["next_at"])


def rehearse(
    *,
    shop: Shop,
    start: datetime,
    end: datetime,
    jobs: Iterable[Job],
    progress: Progress = lambda _at: None,
) -> Iterator[Decision]:
    """What `jobs` would have done in [start, end), with nothing sent before; leaves nothing.

    Exhaust or close the iterator: the hidden tables live until then.
    """
    _refuse_where_stopped(shop)
    with shadowed(*SENDING_TABLES):
        settings = settings_of(shop)
        for job in jobs:
            schedule(settings, job, start)
        yield from _run_ticks(shop, start, end, progress)


def jobs_turned_on(shop: Shop) -> list[Job]:
    """The jobs whose switch is on today."""
    settings = settings_of(shop)
    since = {
        Job.COUPON_ISSUED: settings.issue_since,
        Job.COUPON_EXPIRING: settings.expiry_since,
    }
    return [job for job in Job if since[job]]


def _run_ticks(
    shop: Shop, start: datetime, end: datetime, progress: Progress
) -> Iterator[Decision]:
    at = start
    while True:
        _skip_idle_ticks(shop)
        tick = Due.objects.filter(shop=shop).aggregate(at=Min("next_at"))["at"]
        sends = _next_sending(shop, after=at)
        times = [at for at in (tick, sends) if at is not None and at < end]
        if not times:
            return
        at = min(times)
        if at == tick and any(plan.decisions for plan in run_due(now=at, shop=shop, replayed=True)):
            yield from decisions_of_tick(shop, at)
        if dispatch(now=at, shop=shop, connect=_nobodys_phone)[State.LEFT_OUT]:
            yield from drops_at(shop, at)
        progress(at)


def _skip_idle_ticks(shop: Shop) -> None:
    """Move the issue job to the tick that has news: those before it would find nothing."""
    due = Due.objects.filter(shop=shop, job=Job.COUPON_ISSUED).first()
    if due is None or due.seen_through is None:
        return
    news = IssuedCoupon.objects.filter(shop=shop, issued_at__gt=due.seen_through)
    issued_at = news.aggregate(first=Min("issued_at"))["first"]
    due.next_at = max(due.next_at, ten_minutes_from(issued_at)) if issued_at else NEVER
    due.save(update_fields=["next_at"])


def _next_sending(shop: Shop, after: datetime) -> datetime | None:
    """When the next waiting batch may go out; those of before have had their turn."""
    waiting = Batch.objects.filter(
        shop=shop, state=State.WAITING, run__state=RunState.OPEN, not_before__gt=after
    )
    at: datetime | None = waiting.aggregate(at=Min("not_before"))["at"]
    return at


def _nobodys_phone(_provider: str) -> Provider:
    """Whatever a shop is connected to, a replay talks to the built-in phone."""
    return connect("phone")


def summary(decisions: Iterable[Decision]) -> dict[str, dict[str, object]]:
    """Decisions counted by kind: `{kind: {"planned": n, "left_out": {reason: n}}}`."""
    planned: Counter[str] = Counter()
    left_out: dict[str, Counter[str]] = defaultdict(Counter)
    for decision in decisions:
        if decision.reason:
            left_out[decision.kind][decision.reason] += 1
        else:
            planned[decision.kind] += 1
    return {
        kind: {"planned": planned[kind], "left_out": dict(left_out[kind])}
        for kind in sorted({*planned, *left_out})
    }
