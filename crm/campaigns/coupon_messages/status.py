"""How the coupon messages stand: on or off, when they run next, what the last run did."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from coupons.models import Coupon, IssuedCoupon
from coupons.models.issued import usable_later
from crm.campaigns.coupon_messages.previews import coupon_variables
from crm.models import CouponMessageSettings, Due, Kind
from crm.ticks import expiry_time_from, expiry_window
from messaging.batch_counts import counts
from messaging.models import Batch, Run, Topic
from messaging.preview import sample_values

# A worker looks each minute what is due.
AWAKE = timedelta(minutes=5)
BUNDLED = 2  # how many other coupons the preview bundles, where the shop has so many


@dataclass(frozen=True, slots=True)
class LastRun:
    """The last run that decided anything. `planned` counts all that were not left out."""

    at: datetime
    planned: int
    left_out: int


@dataclass(frozen=True, slots=True)
class Status:
    """One coupon message: since when it is on (None: off), its next and its last run.

    `late`: the next run should have been some minutes ago, so nobody plans.
    """

    kind: Kind
    since: datetime | None
    next_at: datetime | None
    last: LastRun | None
    late: bool

    @property
    def on(self) -> bool:
        """Whether the merchant has turned it on."""
        return self.since is not None


@dataclass(frozen=True, slots=True)
class Window:
    """The next expiry message: when, and the expiries [start, end) that it is for (A4)."""

    at: datetime
    start: datetime
    end: datetime


def status(settings: CouponMessageSettings, kind: Kind, now: datetime) -> Status:
    """How this message stands at `now`. Three queries."""
    due = Due.objects.filter(shop=settings.shop, job=kind.value).first()
    since = settings.issue_since if kind == Kind.ISSUED else settings.expiry_since
    next_at = due.next_at if due else None
    late = next_at is not None and is_late(next_at, now)
    return Status(kind, since, next_at, _last_run(settings, kind), late)


def is_late(next_at: datetime, now: datetime) -> bool:
    """Whether a worker that is awake would have run this."""
    return next_at + AWAKE < now


def _last_run(settings: CouponMessageSettings, kind: Kind) -> LastRun | None:
    runs = Run.objects.filter(shop=settings.shop, kind=kind, is_test=False)
    run = runs.order_by("-as_of").first()
    if run is None:
        return None
    found = Batch.objects.filter(run=run).aggregate(**counts())
    left_out = found.pop("omitted")
    return LastRun(run.as_of, sum(found.values()), left_out)


def next_window(settings: CouponMessageSettings, at: time, now: datetime) -> Window:
    """The window of the next expiry message if its time were `at`."""
    chosen = CouponMessageSettings(shop=settings.shop, expiry_time=at)
    due = Due.objects.filter(shop=settings.shop, job=Kind.EXPIRING.value).first()
    tick = expiry_time_from(chosen, now)
    return Window(tick, *expiry_window(chosen, tick, due.seen_through if due else None))


def example(settings: CouponMessageSettings, now: datetime) -> tuple[dict[str, Any], bool]:
    """Values for the preview, of a real coupon where the shop has one; and whether it is real.

    The person is made up in any case.
    """
    shop = settings.shop
    values = sample_values(shop, Topic.COUPON, now)
    coupons = Coupon.objects.for_shop(shop).exclude(grant_basis="").order_by("-pk")
    found = list(coupons.select_related("shop")[: BUNDLED + 1])
    if not found:
        return values, False
    values |= coupon_variables(found[0]) | {"more": len(found) - 1}
    issued = IssuedCoupon.objects.filter(usable_later(now), coupon=found[0]).order_by("-pk").first()
    if issued is not None:
        values["expires"] = issued.expires_at.isoformat() if issued.expires_at else None
    return values, True
