"""Which consents a member has to be told of (정보통신망법 §50-7, §50-8 and its decree)."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When

from crm.models import ConsentNotice, NoticeKind
from messaging.law import law
from messaging.models import Channel, MessageTemplate, Purpose
from messaging.verdicts import address, verdict
from orders.localtime import instant, local_day
from orders.models import Consent, Country, Shop

# No shop's consents are older than so many times the years after which they are reconfirmed.
MOST_PERIODS = 20

# Consents, with what this module annotates.
Consents = QuerySet[Any]


def due(shop: Shop, kind: NoticeKind, since: datetime, at: datetime) -> Consents:
    """The shop's consents whose notice of this kind is due at `at`, with `nth`.

    `since` is when the notice was turned on. What somebody changed twice before a tick is told as
    it stands then. A consent that should have been reconfirmed before the switch was turned on,
    or several times in an outage, is reconfirmed once.
    """
    held: Consents = Consent.objects.filter(
        Q(until=None) | Q(until__gt=at), customer__shop=shop, since__lte=at
    )
    if kind == NoticeKind.CHANGED:
        rows = held.filter(since__gte=since).annotate(nth=Value(1))
    else:
        rows = _aged(held, shop, at)
    had = ConsentNotice.objects.filter(consent=OuterRef("pk"), kind=kind, nth=OuterRef("nth"))
    found: Consents = rows.filter(~Exists(had))
    return found


def reconfirm_years(shop: Shop, at: datetime) -> int | None:
    """After how many years the law has a consent reconfirmed; None: it does not ask for it."""
    return law(Country(shop.country), local_day(at, ZoneInfo(shop.timezone))).reconfirm_years


def _aged(held: Consents, shop: Shop, at: datetime) -> Consents:
    """Given consents that are so many years old, or twice as many …: `nth` counts it."""
    years = reconfirm_years(shop, at)
    if years is None:
        held, years = held.none(), 1
    zone = ZoneInfo(shop.timezone)
    # The law counts days: the whole anniversary counts, whatever the hour of the consent was.
    tomorrow = local_day(at, zone) + timedelta(days=1)
    ends = [
        instant(_years_before(tomorrow, years * n), time(), zone)
        for n in range(1, MOST_PERIODS + 1)
    ]
    old = [When(since__lt=end, then=Value(n)) for n, end in reversed(list(enumerate(ends, 1)))]
    nth = Case(*old, default=Value(0), output_field=IntegerField())
    found: Consents = held.filter(given=True, since__lt=ends[0]).annotate(nth=nth)
    return found


def _years_before(day: date, years: int) -> date:
    """The same day so many years before; for the 29th of February also the 1st of March."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 3, 1)


def decided(rows: Consents, template: MessageTemplate, at: datetime) -> Consents:
    """With `address`, and the `verdict` ("": nothing speaks against telling the member)."""
    channel = Channel(template.channel)
    found: Consents = rows.annotate(
        address=F(address(channel)),
        verdict=verdict(
            {}, shop=template.shop, channel=channel, purpose=Purpose.INFORMATION, at=at
        ),
    )
    return found
