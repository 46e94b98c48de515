"""The same decision, counted before it is taken (A10) and shown for one customer (F2)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import CharField, Count, Value
from django.db.models.functions import Cast, Concat

from crm.campaigns.coupon_messages.candidates import Coupons, undecided
from crm.campaigns.coupon_messages.deciding import BUNDLE, BUNDLE_ORDER, decided
from crm.costs import price_now
from crm.models import CouponMessageSettings, Due, Kind
from crm.ticks import Tick, expiry_time_from, ten_minutes_from
from messaging.gateways import connect
from messaging.hours import next_opening
from messaging.models import Channel, Gateway, MessageTemplate, Purpose, Topic
from messaging.outbox import TURN_STEP
from messaging.preview import sample_values
from orders.models import Customer


@dataclass(frozen=True, slots=True)
class ForecastLine:
    """How many would be planned (`reason` "") or left out for a reason."""

    reason: str
    messages: int
    coupons: int
    customers: int


@dataclass(frozen=True, slots=True)
class ForecastWay:
    """How many messages would go by a channel from `starts_at` on, and for how many points."""

    channel: Channel
    messages: int
    starts_at: datetime
    takes: timedelta
    points: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """What turning a message on would do at its next tick (A10)."""

    at: datetime
    lines: list[ForecastLine]
    starts_at: datetime
    takes: timedelta
    points: int
    ways: list[ForecastWay]

    @property
    def planned(self) -> ForecastLine:
        """The line of those who get it."""
        return next((x for x in self.lines if not x.reason), ForecastLine("", 0, 0, 0))

    @property
    def left_out(self) -> list[ForecastLine]:
        """The lines of those who don't, most first."""
        return sorted((x for x in self.lines if x.reason), key=lambda x: -x.customers)


@dataclass(frozen=True, slots=True)
class ExplanationLine:
    """One bundle that would be decided now, and the verdict ("": it would be planned)."""

    coupon_name: str
    different: int
    verdict: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """What one kind of message would do for one customer at its next tick."""

    kind: Kind
    on: bool
    at: datetime
    lines: list[ExplanationLine]


def forecast(settings: CouponMessageSettings, kind: Kind, now: datetime) -> Forecast:
    """Count the next tick's decisions with the code that will take them."""
    tick = next_tick(settings, kind, now)
    counted = (
        _decided(settings, kind, tick)
        .values("verdict")
        .annotate(
            messages=Count(_bundle_key(), distinct=True),
            coupons=Count("pk"),
            customers=Count("customer_id", distinct=True),
        )
    )
    lines = [
        ForecastLine(row["verdict"], row["messages"], row["coupons"], row["customers"])
        for row in counted.order_by("verdict")
    ]
    ways = _ways(settings, kind, tick, now)
    return Forecast(
        at=tick.at,
        lines=lines,
        starts_at=min((way.starts_at for way in ways), default=tick.at),
        takes=max((way.takes for way in ways), default=timedelta(0)),
        points=sum(way.points for way in ways),
        ways=ways,
    )


def explain(
    settings: CouponMessageSettings, customer: Customer, now: datetime
) -> list[Explanation]:
    """The verdict now on one customer, for each kind of coupon message (F2)."""
    return [
        Explanation(
            kind=kind,
            on=settings.since(kind) is not None,
            at=(tick := next_tick(settings, kind, now)).at,
            lines=_lines(_decided(settings, kind, tick).filter(customer=customer)),
        )
        for kind in Kind
    ]


def next_tick(settings: CouponMessageSettings, kind: Kind, now: datetime) -> Tick:
    """The tick that comes next, or would if the message were turned on now."""
    if kind == Kind.ISSUED:
        at = ten_minutes_from(now)
        return Tick(at=at, now=at)
    due = Due.objects.filter(shop=settings.shop, job=kind.value).first()
    at = expiry_time_from(settings, now)
    return Tick(at=at, now=at, since=due.seen_through if due else None)


def _decided(settings: CouponMessageSettings, kind: Kind, tick: Tick) -> Coupons:
    return decided(undecided(settings, kind, tick), settings, kind, tick)


def _bundle_key() -> Concat:
    """Tells bundles apart within a verdict: numbers first, each ended by a sign that is none."""
    parts = (Cast(name, CharField()) for name in BUNDLE if name != "verdict")
    return Concat(*(end for part in parts for end in (part, Value(":"))), output_field=CharField())


def _ways(
    settings: CouponMessageSettings, kind: Kind, tick: Tick, now: datetime
) -> list[ForecastWay]:
    """How what is planned would go: by which channel how many, the most first."""
    planned = _decided(settings, kind, tick).filter(verdict="").order_by()
    counted = dict(
        planned.values_list("template_id").annotate(messages=Count(_bundle_key(), distinct=True))
    )
    found = MessageTemplate.objects.filter(pk__in=counted).select_related(
        "shop__sending", "current"
    )
    by_channel: dict[Channel, list[tuple[MessageTemplate, int]]] = defaultdict(list)
    for template in found:
        by_channel[Channel(template.channel)].append((template, counted[template.pk]))
    ways = [_way(settings, channel, some, tick, now) for channel, some in by_channel.items()]
    return sorted(ways, key=lambda way: -way.messages)


def _way(
    settings: CouponMessageSettings,
    channel: Channel,
    counted: list[tuple[MessageTemplate, int]],
    tick: Tick,
    now: datetime,
) -> ForecastWay:
    gateway = Gateway.objects.for_shop(settings.shop).filter(channel=channel).first()
    values = sample_values(settings.shop, Topic.COUPON, now)
    messages = sum(n for _template, n in counted)
    purpose = Purpose(counted[0][0].purpose)
    return ForecastWay(
        channel=channel,
        messages=messages,
        starts_at=next_opening(settings.shop.sending, tick.at, channel=channel, purpose=purpose),
        takes=_duration(gateway, messages),
        points=sum(n * price_now(gateway, one, values, now) for one, n in counted),
    )


def _duration(gateway: Gateway | None, messages: int) -> timedelta:
    """From the first batch's turn to the last one's."""
    if gateway is None or not messages:
        return timedelta(0)
    return (messages - 1) // connect(gateway.provider).batch_size * TURN_STEP


def _lines(rows: Coupons) -> list[ExplanationLine]:
    bundles: dict[tuple[object, ...], list[dict[str, object]]] = defaultdict(list)
    found = rows.order_by(*BUNDLE_ORDER).values("coupon_id", "coupon__name", *BUNDLE)
    for row in found:
        bundles[tuple(row[name] for name in BUNDLE)].append(row)
    return [
        ExplanationLine(
            coupon_name=str(rows[0]["coupon__name"]),
            different=len({row["coupon_id"] for row in rows}),
            verdict=str(rows[0]["verdict"]),
        )
        for rows in bundles.values()
    ]
