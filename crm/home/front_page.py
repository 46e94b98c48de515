"""What the front page says: one fixed set of queries over counters, for a shop of any size."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F, Max, Min, Q, Sum
from django.db.models.functions import TruncDate

from coupons.models import Coupon, IssuedCoupon
from crm.alert_mails import Words, alert_words
from crm.alerts import open_alerts
from crm.campaigns.coupon_messages.status import is_late
from crm.coupons import message_settings
from crm.home.charts import Chart, chart
from crm.models import AlertKind, CouponMessageSettings, CouponOverride, Due, Kind
from crm.sending import sending_settings
from messaging.batch_counts import counts
from messaging.models import OPEN_STATES, Batch, Message, Reason, RunState, State
from orders.localtime import instant, local_day
from orders.models import Shop

CHART_DAYS, WEEK = 30, 7


@dataclass(frozen=True, slots=True)
class Today:
    """Messages of today's runs; `rate` is the share of the ended ones that arrived, in percent."""

    arrived: int
    omitted: int
    lost: int
    refused: int

    @property
    def rate(self) -> float | None:
        """None where nothing has ended yet."""
        ended = self.arrived + self.lost + self.refused
        # Cut, not rounded: a single message that did not arrive must not read as 100 %.
        return 1000 * self.arrived // ended / 10 if ended else None


@dataclass(frozen=True, slots=True)
class Running:
    """An automatic message: on or off, when it runs next, and its last seven days."""

    kind: Kind
    on: bool
    next_at: datetime | None
    sent: int
    left_out: int


@dataclass(frozen=True, slots=True)
class Attention:
    """What somebody should look at, and since when; all zero and None where all is well."""

    stopped_at: datetime | None
    without_basis: int
    held_back: int
    lost: int
    lost_at: datetime | None
    without_wording: int
    late_since: datetime | None
    alerts: list[Words]

    @property
    def on_time(self) -> bool:
        """Whether what is due next will happen then."""
        return not (self.stopped_at or self.late_since)

    @property
    def calm(self) -> bool:
        """Whether there is nothing to look at."""
        found = (
            self.stopped_at,
            self.without_basis,
            self.lost,
            self.without_wording,
            self.late_since,
            self.alerts,
        )
        return not any(found)


@dataclass(frozen=True, slots=True)
class FirstSteps:
    """What a new shop has done already."""

    tested: bool
    has_coupons: bool
    turned_on: bool


@dataclass(frozen=True, slots=True)
class FrontPage:
    """The page. `on_hold` of the waiting are of paused runs.

    `first_steps` is None once the shop is on its way.
    """

    today: Today
    waiting: int
    on_hold: int
    waiting_until: datetime | None
    days: Chart
    running: list[Running]
    attention: Attention
    first_steps: FirstSteps | None

    @property
    def next_at(self) -> datetime | None:
        """When the next message that is on runs."""
        return min((one.next_at for one in self.running if one.next_at), default=None)


@dataclass(slots=True)
class _Past:
    """The last days' counters: by day and by kind."""

    days: dict[date, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    week: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    held_back: int = 0
    lost: int = 0
    lost_at: datetime | None = None


def front_page(*, shop: Shop, now: datetime) -> FrontPage:
    """The shop as it stands at `now`. Tests count in nothing (A8)."""
    today = local_day(now, ZoneInfo(shop.timezone))
    past = _past(shop, today)
    settings = message_settings(shop)
    waiting = _waiting(shop, now)
    running = _running(settings, past) if settings else []
    span = [today - timedelta(days=n) for n in reversed(range(CHART_DAYS))]
    return FrontPage(
        today=_today(past.days[today]),
        waiting=waiting["messages"] or 0,
        on_hold=waiting["on_hold"] or 0,
        waiting_until=waiting["until"],
        days=chart([(day, _sent(past.days[day]), past.days[day]["omitted"]) for day in span]),
        running=running,
        attention=Attention(
            stopped_at=sending_settings(shop).stopped_at,
            without_basis=Coupon.objects.for_shop(shop).filter(grant_basis="").count(),
            held_back=past.held_back,
            lost=past.lost,
            lost_at=past.lost_at,
            without_wording=_without_wording(shop, settings),
            late_since=_late_since(running, now),
            alerts=_alerts(shop),
        ),
        first_steps=_first_steps(shop, running),
    )


def _alerts(shop: Shop) -> list[Words]:
    """What is wrong now; of a suspension the banner of every page tells."""
    found = open_alerts(shop.pk).exclude(kind=AlertKind.SUSPENDED)
    return [alert_words(alert) for alert in found]


def _past(shop: Shop, today: date) -> _Past:
    """The last thirty days of runs. One query, of at most a row a day and kind."""
    zone = ZoneInfo(shop.timezone)
    since = instant(today - timedelta(days=CHART_DAYS - 1), time(), zone)
    batches = Batch.objects.for_shop(shop).filter(
        # Said of both: the runs' index has the shop first.
        run__shop=shop,
        run__is_test=False,
        run__as_of__gte=since,
    )
    lost = Q(unknown__gt=0) | Q(state=State.UNKNOWN)
    rows = (
        batches.annotate(day=TruncDate("run__as_of", tzinfo=zone), kind=F("run__kind"))
        .values("day", "kind")
        .annotate(
            **counts(),
            held_back=Sum("size", filter=Q(reason=Reason.NO_GRANT_BASIS)),
            lost_at=Max("run__as_of", filter=lost),
        )
    )
    return _added(rows.order_by("day"), today)


def _added(rows: Iterable[dict[str, Any]], today: date) -> _Past:
    past = _Past()
    for row in rows:
        numbers = {name: row[name] for name in ("arrived", "waiting", "omitted", "lost", "refused")}
        past.days[row["day"]].update(numbers)
        past.held_back += row["held_back"] or 0
        if row["day"] > today - timedelta(days=WEEK):
            past.week[row["kind"]].update(numbers)
            past.lost += row["lost"]
            past.lost_at = row["lost_at"] or past.lost_at
    return past


def _sent(numbers: Counter[str]) -> int:
    """All that went out, whatever became of them; what waits has not."""
    return numbers["arrived"] + numbers["lost"] + numbers["refused"]


def _today(numbers: Counter[str]) -> Today:
    return Today(**{name: numbers[name] for name in ("arrived", "omitted", "lost", "refused")})


def _waiting(shop: Shop, now: datetime) -> dict[str, Any]:
    """What has not gone out yet, of any day, and until when the first of it waits.

    What is of a paused run waits for no time, and what its provider was handed is not held.
    """
    batches = Batch.objects.for_shop(shop).filter(state__in=OPEN_STATES, run__is_test=False)
    return batches.aggregate(
        messages=Sum("size"),
        on_hold=Sum("size", filter=Q(state=State.WAITING, run__state=RunState.PAUSED)),
        until=Min("not_before", filter=Q(not_before__gt=now, run__state=RunState.OPEN)),
    )


def _running(settings: CouponMessageSettings, past: _Past) -> list[Running]:
    due = dict(Due.objects.for_shop(settings.shop).values_list("job", "next_at"))
    return [
        Running(
            kind=kind,
            on=settings.since(kind) is not None,
            next_at=due.get(kind.value),
            sent=_sent(past.week[kind]),
            left_out=past.week[kind]["omitted"],
        )
        for kind in Kind
    ]


def _late_since(running: list[Running], now: datetime) -> datetime | None:
    """Since when a run is overdue; a stopped shop's are not, the banner says why."""
    late = (one.next_at for one in running if one.next_at and is_late(one.next_at, now))
    return min(late, default=None)


def _without_wording(shop: Shop, settings: CouponMessageSettings | None) -> int:
    """Templates that messages would use, the shop's own or a coupon's, without wording in use."""
    chosen = [settings.issue_template, settings.expiry_template] if settings else []
    found = {template.pk for template in chosen if template.current_id is None}
    of_coupons = CouponOverride.objects.filter(coupon__shop=shop).filter(
        Q(issue_template__current=None, issue_template__isnull=False)
        | Q(expiry_template__current=None, expiry_template__isnull=False)
    )
    pairs = of_coupons.values_list(
        "issue_template", "issue_template__current", "expiry_template", "expiry_template__current"
    )
    for issue, issue_wording, expiry, expiry_wording in pairs.distinct():
        found |= {issue} if issue and issue_wording is None else set()
        found |= {expiry} if expiry and expiry_wording is None else set()
    return len(found)


def _first_steps(shop: Shop, running: list[Running]) -> FirstSteps | None:
    turned_on = any(one.on for one in running)
    has_coupons = IssuedCoupon.objects.for_shop(shop).exists()
    if turned_on and has_coupons:
        return None
    # From the messages without a customer, which have an index; runs have none for tests.
    strangers = Message.objects.for_shop(shop).filter(customer=None)
    tested = strangers.filter(batch__run__is_test=True).exists()
    return FirstSteps(tested=tested, has_coupons=has_coupons, turned_on=turned_on)
