"""The moment a job runs for."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from crm.models import CouponMessageSettings
from orders.localtime import next_time_of_day
from orders.models import Shop

TEN_MINUTES = timedelta(minutes=10)
EXPIRY_LEAD = timedelta(hours=2)
TEN_O_CLOCK = time(10)
MOMENT = timedelta(microseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Tick:
    """A job's tick: the clock's time `at`, run at `now`, after everything through `since`.

    `at` and `now` differ when the tick was missed and is made up for. A replayed tick takes facts
    as learnt at the moment they happened.
    """

    at: datetime
    now: datetime
    since: datetime | None = None
    replayed: bool = False


def ten_minutes_from(at: datetime) -> datetime:
    """The first full ten minutes not before `at` (A3), in UTC."""
    at = at.astimezone(UTC)  # a wall clock's arithmetic is wrong where clocks change
    return at + (EPOCH - at) % TEN_MINUTES


def ten_minutes_until(at: datetime) -> datetime:
    """The last full ten minutes not after `at`, in UTC."""
    at = at.astimezone(UTC)
    return at - (at - EPOCH) % TEN_MINUTES


def expiry_time_from(settings: CouponMessageSettings, at: datetime) -> datetime:
    """The first expiry message time T not before `at` (A4)."""
    zone = ZoneInfo(settings.shop.timezone)
    return next_time_of_day(settings.expiry_time, not_before=at, zone=zone)


def ten_o_clock_from(shop: Shop, at: datetime) -> datetime:
    """The first ten o'clock of the shop's clock not before `at`."""
    return next_time_of_day(TEN_O_CLOCK, not_before=at, zone=ZoneInfo(shop.timezone))


def ten_o_clock_until(shop: Shop, at: datetime) -> datetime:
    """The last ten o'clock of the shop's clock not after `at`."""
    found = ten_o_clock_from(shop, at - timedelta(days=2))
    while (following := ten_o_clock_from(shop, found + MOMENT)) <= at:
        found = following
    return found


def expiry_window(
    settings: CouponMessageSettings, at: datetime, since: datetime | None
) -> tuple[datetime, datetime]:
    """The expiries [from, to) that the expiry message of the time T = `at` is for (A4).

    From two hours after T, or from where the last window ended, to two hours after the next T.
    """
    following = expiry_time_from(settings, at + MOMENT)
    start = since or at + EXPIRY_LEAD
    return start, max(start, following + EXPIRY_LEAD)
