"""A shop's wall clock against the world's, over changes of clocks too."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """When the shop's clock shows `at` on `day`, in UTC.

    A time that does not exist there is the first instant after it, a doubled one the first (A4).
    """
    wall = datetime.combine(day, at)
    moment = wall.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall:
        return moment
    return _end_of_gap(wall, zone)


def _end_of_gap(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which the clocks jumped over `wall`."""
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)  # reckoned with the later offset
    after = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    old_offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == old_offset:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


def local_day(at: datetime, zone: ZoneInfo) -> date:
    """The shop's day at that instant."""
    return at.astimezone(zone).date()


def next_time_of_day(at: time, *, not_before: datetime, zone: ZoneInfo) -> datetime:
    """The first instant not before `not_before` at which the shop's clock shows `at`."""
    day = local_day(not_before, zone) - timedelta(days=1)
    while (moment := instant(day, at, zone)) < not_before:
        day += timedelta(days=1)
    return moment
