"""Finding a tick's candidates, into a temporary table that the tick's chunks are cut from.

A coupon that waits, left out, is decided again only where that could come out otherwise: its
verdict or bundle changed, or its customer has a new coupon or lost one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, Window
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, Mod, RowNumber

from coupons.models import IssuedCoupon
from coupons.models.issued import usable_later
from crm.campaigns.coupon_messages.candidates import (
    NOBODY,
    Coupons,
    Span,
    new_coupons,
    waiting_coupons,
)
from crm.campaigns.coupon_messages.deciding import decided
from crm.models import Candidate, CouponMessageSettings, Kind, TouchedCustomer
from crm.ticks import Tick
from messaging.gateways import charges
from messaging.models import Gateway, PointsEntry, Reason
from messaging.staging import insert_select

COUPONS_A_CHUNK = 50_000


@dataclass(frozen=True, slots=True)
class Found:
    """How many candidates there are, and how many of them have waited, left out."""

    new: int
    again: int

    def __bool__(self) -> bool:
        return self.new + self.again > 0


def stage_candidates(settings: CouponMessageSettings, kind: Kind, tick: Tick) -> Found:
    """Fill `Candidate`."""
    new = insert_select(Candidate, new_coupons(settings, kind, tick), _columns(NOBODY))
    if kind != Kind.ISSUED or not waiting_coupons(settings).exists():
        return Found(new, 0)
    _stage_touched_customers(settings, tick)
    touched = TouchedCustomer.objects.values("customer_id")
    again = waiting_coupons(settings).filter(usable_later(tick.at), customer_id__in=touched)
    return Found(new, insert_select(Candidate, again, _columns(F("notice__message_id"))))


def _columns(waiting_under: Any) -> dict[str, Any]:
    return {"issued": "pk", "customer_id": "customer_id", "waiting_under_id": waiting_under}


def _stage_touched_customers(settings: CouponMessageSettings, tick: Tick) -> None:
    waiting = waiting_coupons(settings)
    lost = waiting.exclude(usable_later(tick.at))
    for touched in (Candidate.objects.all(), lost, _decided_otherwise(settings, waiting, tick)):
        insert_select(TouchedCustomer, touched, {"customer": "customer_id"})


def _decided_otherwise(settings: CouponMessageSettings, waiting: Coupons, tick: Tick) -> Coupons:
    """The waiting coupons whose verdict or bundle is no longer their message's."""
    message = "notice__message"
    rows = decided(waiting.filter(usable_later(tick.at)), settings, Kind.ISSUED, tick)
    rows = rows.annotate(
        reason_then=Coalesce(f"{message}__outcome__reason", f"{message}__batch__reason"),
        template_then=Coalesce(f"{message}__batch__revision__template_id", "template_id"),
        basis_then=KeyTextTransform("basis", f"{message}__variables"),
    )
    otherwise: Coupons = rows.exclude(
        verdict=F("reason_then"),
        template_id=F("template_then"),
        coupon__grant_basis=F("basis_then"),
    )
    return otherwise.exclude(_unpaid_still(settings, message))


def _unpaid_still(settings: CouponMessageSettings, message: str) -> Q:
    """What was about to be sent and could not be paid for, as long as the shop got no points.

    Planning asks for the cheapest message, since it knows no text's length: what turned out
    dearer would be planned and left out at each tick.
    """
    gained = PointsEntry.objects.for_shop(settings.shop).filter(available__gt=0)
    last = gained.order_by("-at").values_list("at", flat=True).first()
    late = {"outcome__reason": "outcome__at", "batch__reason": "batch__settled_at"}
    gateways = Gateway.objects.for_shop(settings.shop)
    paid = [gateway.pk for gateway in gateways if charges(gateway.provider)]
    still = Q()
    for reason, at in late.items():
        since = {f"{message}__{at}__gt": last} if last else {f"{message}__{at}__isnull": False}
        still |= Q(**{f"{message}__{reason}": Reason.NO_POINTS}, **since)
    return still & Q(gateway_id__in=paid)


def spans() -> Iterator[Span]:
    """All customers, cut so that each span has some `COUPONS_A_CHUNK` candidates."""
    place = Mod(Window(RowNumber(), order_by="customer_id"), COUPONS_A_CHUNK)
    cuts = Candidate.objects.annotate(place=place).filter(place=0)
    after = None
    for last in sorted(set(cuts.values_list("customer_id", flat=True))):
        yield Span(after, last)
        after = last
    yield Span(after)


def candidates(span: Span) -> Coupons:
    """The staged candidates of these customers.

    The span stands on all joined columns: on one alone planning takes twice as long.
    """
    return IssuedCoupon.objects.filter(
        span.holds("candidate__customer_id"),
        span.holds("customer_id"),
        span.holds("customer__id"),
        candidate__isnull=False,
    )
