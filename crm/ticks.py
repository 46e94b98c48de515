"""The moment a job runs for."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from crm.models import CouponMessageSettings
from orders.localtime import next_time_of_day

TEN_MINUTES = timedelta(minutes=10)
EXPIRY_LEAD = timedelta(hours=2)
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


def expiry_window(
    settings: CouponMessageSettings, at: datetime, since: datetime | None
) -> tuple[datetime, datetime]:
    """The expiries [from, to) that the expiry message of the time T = `at` is for (A4).

    From two hours after T, or from where the last window ended, to two hours after the next T.
    """
    following = expiry_time_from(settings, at + MOMENT)
    start = since or at + EXPIRY_LEAD
    return start, max(start, following + EXPIRY_LEAD)
