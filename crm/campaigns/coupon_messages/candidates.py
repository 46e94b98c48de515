"""Which issued coupons are open to a decision, and which of them a tick decides about."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import BigIntegerField, Exists, FilteredRelation, OuterRef, Q, QuerySet, Value

from coupons.models import IssuedCoupon, Origin
from coupons.models.issued import usable_later
from crm.models import CouponMessageSettings, CouponNotice, Kind
from crm.ticks import Tick, expiry_window
from orders.localtime import local_day
from orders.models import Shop

# News may be committed a little after it was stamped: the last hour is looked at again, and once
# a night, from some minutes after three on, everything.
OVERLAP = timedelta(hours=1)
SMALL_HOURS = timedelta(hours=3)

# Issued coupons, with what `deciding` annotates.
Coupons = QuerySet[Any]
NOBODY = Value(None, output_field=BigIntegerField(null=True))


@dataclass(frozen=True, slots=True)
class Span:
    """The customers whose ids lie in (after, last]; None: without that bound."""

    after: int | None = None
    last: int | None = None

    def holds(self, field: str) -> Q:
        """The condition that this field's customer is among them."""
        bounds = Q()
        if self.after is not None:
            bounds &= Q(**{f"{field}__gt": self.after})
        if self.last is not None:
            bounds &= Q(**{f"{field}__lte": self.last})
        return bounds


def undecided(settings: CouponMessageSettings, kind: Kind, tick: Tick) -> Coupons:
    """The coupons without a decision of this kind, or with one that may be taken again."""
    coupons = _of_kind(settings, kind, tick).annotate(
        notice=FilteredRelation("notices", condition=Q(notices__kind=kind))
    )
    found: Coupons = coupons.filter(Q(notice__issued_id=None) | Q(notice__waiting=True))
    return found


def new_coupons(settings: CouponMessageSettings, kind: Kind, tick: Tick) -> Coupons:
    """The coupons that have had no decision of this kind, as far as the tick has to look."""
    notices = CouponNotice.objects.filter(kind=kind, issued_id=OuterRef("pk"))
    news = _news(settings, tick) if kind == Kind.ISSUED else Q()
    return _of_kind(settings, kind, tick).filter(news, ~Exists(notices))


def waiting_coupons(settings: CouponMessageSettings) -> Coupons:
    """The coupons that wait, left out, to be decided again; `notice` is where."""
    waiting = Q(notices__kind=Kind.ISSUED, notices__shop=settings.shop, notices__waiting=True)
    notice = FilteredRelation("notices", condition=waiting)
    found: Coupons = _of_the_mall(settings).annotate(notice=notice).filter(notice__waiting=True)
    return found


def stop_waiting(settings: CouponMessageSettings, at: datetime) -> None:
    """Let those wait no more that nobody can use any longer (A3)."""
    lost = waiting_coupons(settings).exclude(usable_later(at))
    CouponNotice.objects.filter(
        kind=Kind.ISSUED, waiting=True, issued_id__in=lost.values("pk")
    ).update(waiting=False)


def _of_kind(settings: CouponMessageSettings, kind: Kind, tick: Tick) -> Coupons:
    if kind == Kind.ISSUED:  # also what was issued before the switch was turned on (A3)
        return _of_the_mall(settings).filter(usable_later(tick.at))
    return _expiring(settings, tick)


def _expiring(settings: CouponMessageSettings, tick: Tick) -> Coupons:
    """Expiring in the tick's window; what expired meanwhile is left out, not overlooked (A4)."""
    start, end = expiry_window(settings, tick.at, tick.since)
    return _of_the_mall(settings).filter(
        Q(used_at=None) | Q(used_at__gt=tick.now),
        Q(withdrawn_at=None) | Q(withdrawn_at__gt=tick.now),
        issued_at__lte=tick.at,
        expires_at__gte=start,
        expires_at__lt=end,
    )


def _of_the_mall(settings: CouponMessageSettings) -> Coupons:
    """Coupons that Dangol issued are announced by their own message alone (A3)."""
    return IssuedCoupon.objects.filter(shop=settings.shop, origin=Origin.MALL)


def _news(settings: CouponMessageSettings, tick: Tick) -> Q:
    """What was learnt since the last tick; everything at the first one and once a night."""
    if tick.since is None:
        return Q()
    if tick.replayed:
        return Q(issued_at__gt=tick.since)
    if _night(settings.shop, tick.since) != _night(settings.shop, tick.at):
        return Q()
    return Q(learned_at__gt=tick.since - OVERLAP)


def _night(shop: Shop, at: datetime) -> date:
    """The night before or in which `at` is, in the shop's zone; not all shops' at once."""
    begins = SMALL_HOURS + timedelta(minutes=shop.pk % 60)
    return local_day(at - begins, ZoneInfo(shop.timezone))
