"""When a message may go out (F4)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from messaging.models import SendingSettings
from orders.localtime import next_time_of_day


def next_opening(sending: SendingSettings, at: datetime) -> datetime:
    """The first moment not before `at` at which the shop sends information.

    Closed are the hours [quiet_from, quiet_until) of the shop's zone, if it set any.
    """
    if sending.quiet_from is None or sending.quiet_until is None:
        return at
    zone = ZoneInfo(sending.shop.timezone)
    opens = next_time_of_day(sending.quiet_until, not_before=at, zone=zone)
    closes = next_time_of_day(sending.quiet_from, not_before=at, zone=zone)
    # Closed exactly when the shop opens again before it closes the next time.
    closed = closes == at or opens < closes
    return opens if closed else at
