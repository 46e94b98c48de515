"""A whole period, tick by tick, as the clock would have run it.

A replayed tick knows the facts up to and including its own time, as if each had been learnt when
it happened. A rehearsal does so on hidden copies of the tables that sending writes.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Iterable, Iterator
from datetime import datetime

from django.db.models import Min
from django.utils.translation import gettext as _

from coupons.models import IssuedCoupon
from crm.campaigns.coupon_messages.settings import settings_of
from crm.models import CouponNotice, Due, Job, Kind
from crm.rehearsals.decisions import Decision, decisions_of_tick, drops_at
from crm.schedules import SCHEDULES, run_due, schedule
from crm.ticks import ten_minutes_from
from messaging.dispatch import dispatch
from messaging.gateways import PHONE, Provider, connect, reaches_people
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

Progress = Callable[[datetime], None]


class ReplayRefusedError(Exception):
    """A replay would do harm, or nothing; the message says why."""


def replay(
    *, shop: Shop, start: datetime, end: datetime, progress: Progress = lambda _at: None
) -> Generator[Decision, None, None]:
    """Run every tick in [start, end) and send what comes due; yields each decision.

    Raises ReplayRefusedError where anybody's real phone could ring: old news must not go there;
    for a stopped shop; and where another worker holds a job.
    """
    providers = Gateway.objects.filter(shop=shop).values_list("provider", flat=True)
    if any(reaches_people(provider) for provider in providers):
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
    """Let jobs that are behind `start` go on from there, and take over what a killed one held."""
    for due in Due.objects.filter(shop=shop):
        if due.next_at < start:
            job = SCHEDULES[Job(due.job)]
            due.next_at = job.first(job.load(shop), start)
        due.leased_until = None
        due.save(update_fields=["next_at", "leased_until"])


def rehearse(
    *,
    shop: Shop,
    start: datetime,
    end: datetime,
    jobs: Iterable[Job],
    progress: Progress = lambda _at: None,
) -> Generator[Decision, None, None]:
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
    """The jobs that can be rehearsed and whose switch is on today."""
    settings = settings_of(shop)
    return [Job(kind) for kind in Kind if settings.since(kind)]


def _run_ticks(
    shop: Shop, start: datetime, end: datetime, progress: Progress
) -> Iterator[Decision]:
    at = start
    while True:
        tick = _next_tick(shop)
        sends = _next_sending(shop, after=at)
        times = [at for at in (tick, sends) if at is not None and at < end]
        if not times:
            return
        at = min(times)
        if at == tick and _plan(shop, at):
            yield from decisions_of_tick(shop, at)
        if dispatch(now=at, shop=shop, connect=_nobodys_phone)[State.LEFT_OUT]:
            yield from drops_at(shop, at)
        progress(at)


def _plan(shop: Shop, at: datetime) -> bool:
    """Run the tick at `at`; whether it decided anything."""
    plans = run_due(now=at, shop=shop, replayed=True)
    if not plans:
        raise ReplayRefusedError(f"another worker is planning {shop.slug}; try again later")
    return any(plan.decisions for plan in plans)


def _next_tick(shop: Shop) -> datetime | None:
    """When a job has its next tick that may find something."""
    ticks = [_next_news(due) for due in Due.objects.filter(shop=shop)]
    return min((at for at in ticks if at), default=None)


def _next_news(due: Due) -> datetime | None:
    """The job's next tick; ticks of the issue job that would find nothing are passed over."""
    if due.job != Job.COUPON_ISSUED or due.seen_through is None:
        return due.next_at
    news = IssuedCoupon.objects.filter(shop=due.shop_id, issued_at__gt=due.seen_through)
    issued_at = news.aggregate(first=Min("issued_at"))["first"]
    return max(due.next_at, ten_minutes_from(issued_at)) if issued_at else None


def _next_sending(shop: Shop, after: datetime) -> datetime | None:
    """When the next waiting batch may go out; those of before have had their turn."""
    waiting = Batch.objects.filter(
        shop=shop, state=State.WAITING, run__state=RunState.OPEN, not_before__gt=after
    )
    at: datetime | None = waiting.aggregate(at=Min("not_before"))["at"]
    return at


def _nobodys_phone(_provider: str) -> Provider:
    """Whatever a shop is connected to, a replay talks to the built-in phone."""
    return connect(PHONE)


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
