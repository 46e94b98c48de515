"""Which issued coupons a tick decides about."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from coupons.models import IssuedCoupon, Origin
from coupons.models.issued import usable_later
from crm.models import CouponMessageSettings, CouponNotice, Kind
from crm.ticks import Tick, expiry_window

# News may be committed a little after it was stamped; the last hour is looked at again, and once
# a day everything.
OVERLAP = timedelta(hours=1)

# Issued coupons, with what `deciding` annotates.
Candidates = QuerySet[Any]


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


EVERYBODY = Span()


def candidates(
    settings: CouponMessageSettings, kind: Kind, tick: Tick, span: Span = EVERYBODY
) -> Candidates:
    """The coupons that have no decision of this kind yet, or one that is to be taken again."""
    mine = _of_the_mall(settings).filter(span.holds("customer_id"))
    found = (
        _to_announce(mine, settings, tick)
        if kind == Kind.ISSUED
        else _to_remind(mine, settings, tick)
    )
    # The span stands on both joined columns: on one alone planning takes twice as long.
    return found.filter(span.holds("customer_id"), span.holds("customer__id"))


def _to_announce(mine: Candidates, settings: CouponMessageSettings, tick: Tick) -> Candidates:
    """Usable now or later, also from before the switch was turned on (A3)."""
    usable = mine.filter(usable_later(tick.at))
    new = usable.filter(_news(tick), ~Exists(_notices(Kind.ISSUED)))
    waiting = usable.filter(
        pk__in=CouponNotice.objects.filter(
            shop=settings.shop, kind=Kind.ISSUED, waiting=True
        ).values("issued_id")
    )
    if tick.replayed:
        # Whatever could be mended stands as it stands: only a new coupon can change a decision.
        waiting = waiting.filter(customer_id__in=new.values("customer_id"))
    both = new.values("pk").union(waiting.values("pk"), all=True)
    return IssuedCoupon.objects.filter(pk__in=both)


def _to_remind(mine: Candidates, settings: CouponMessageSettings, tick: Tick) -> Candidates:
    """Expiring in the tick's window; what expired meanwhile is left out, not overlooked (A4)."""
    start, end = expiry_window(settings, tick.at, tick.since)
    return mine.filter(
        ~Exists(_notices(Kind.EXPIRING)),
        Q(used_at=None) | Q(used_at__gt=tick.now),
        Q(withdrawn_at=None) | Q(withdrawn_at__gt=tick.now),
        issued_at__lte=tick.at,
        expires_at__gte=start,
        expires_at__lt=end,
    )


def _of_the_mall(settings: CouponMessageSettings) -> Candidates:
    """Coupons that Dangol issued are announced by their own message alone (A3)."""
    return IssuedCoupon.objects.filter(shop=settings.shop, origin=Origin.MALL)


def _notices(kind: Kind) -> QuerySet[CouponNotice]:
    return CouponNotice.objects.filter(kind=kind, issued_id=OuterRef("pk"))


def _news(tick: Tick) -> Q:
    """What was learnt since the last tick; everything at the first one and once a day."""
    if tick.since is None:
        return Q()
    if tick.replayed:
        return Q(issued_at__gt=tick.since)
    if tick.since.date() != tick.at.date():
        return Q()
    return Q(learned_at__gt=tick.since - OVERLAP)
