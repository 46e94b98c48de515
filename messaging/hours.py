"""When a message may go out (F3, F4)."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from messaging.law import law
from messaging.models import Channel, Purpose, SendingSettings
from orders.localtime import local_day, next_time_of_day
from orders.models import Country


def next_opening(
    sending: SendingSettings,
    at: datetime,
    *,
    channel: Channel = Channel.ALIMTALK,
    purpose: Purpose = Purpose.INFORMATION,
    night: bool = False,
    lasting: timedelta = timedelta(0),
) -> datetime:
    """The first moment not before `at` at which the shop may send on this channel.

    What takes a while has to be open `lasting` so long, or waits for the next opening.
    Advertising keeps the hours of its country's law; a consent to advertising at `night` opens
    them where the law says so (F3). Otherwise the shop's own closed hours hold, if it set any (F4).
    """
    zone = ZoneInfo(sending.shop.timezone)
    if purpose == Purpose.ADVERTISING:
        rules = law(Country(sending.shop.country), local_day(at, zone)).advertising[channel]
        if rules.hours:
            return at if night and rules.night_opens else _opening(*rules.hours, at, lasting, zone)
    if sending.quiet_from is None or sending.quiet_until is None:
        return at
    return _opening(sending.quiet_until, sending.quiet_from, at, lasting, zone)


def _opening(
    opens: time, closes: time, at: datetime, lasting: timedelta, zone: ZoneInfo
) -> datetime:
    """`at`, if [at, at + lasting] lies in [opens, closes) of the day; else the next `opens`.

    The hours may span midnight. At `opens` itself it is open, however soon it closes.
    """
    next_opens = next_time_of_day(opens, not_before=at, zone=zone)
    next_closes = next_time_of_day(closes, not_before=at, zone=zone)
    # Closed exactly when it opens again before it closes the next time.
    closed = next_closes <= at + lasting or next_opens < next_closes
    return next_opens if closed else at
