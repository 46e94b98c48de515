"""The ways that a coupon's message can go: by Alimtalk, or, without a grant basis, by advertising.

Kakao lets an Alimtalk speak only of coupons that their customers earned (A9).
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import (
    BigIntegerField,
    Case,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    Value,
    When,
)
from django.db.models.expressions import Combinable

from crm.models import CouponMessageSettings, Kind
from crm.ticks import Tick
from messaging.models import Channel, Gateway, Purpose, Reason
from messaging.services import approved_revisions, asks_approval, can_pay, is_ready
from messaging.verdicts import address, consenting, verdict
from orders.models import ConsentKind, Shop

# Coupons that only advertising may speak of.
BASELESS = Q(coupon__grant_basis="")


@dataclass(frozen=True, slots=True)
class Way:
    """A channel with its gateway, and the template for a coupon with the revision in use."""

    channel: Channel
    purpose: Purpose
    gateway: Gateway | None
    template: Combinable
    revision: Combinable

    def verdict(self, shop: Shop, kind: Kind, tick: Tick) -> Case:
        """What speaks against a coupon's message by this way, for rows with `revision_id`."""
        return verdict(
            self._reasons(kind, tick),
            shop=shop,
            channel=self.channel,
            purpose=self.purpose,
            at=tick.at,
        )

    def night(self, tick: Tick) -> Combinable:
        """1 where the customer has agreed to advertising at night, else 0."""
        if self.purpose != Purpose.ADVERTISING:
            return Value(0)
        agreed = consenting(ConsentKind.NIGHT, tick.at).filter(customer=OuterRef("customer_id"))
        return Case(When(Exists(agreed), then=1), default=0, output_field=IntegerField())

    @property
    def address(self) -> Combinable:
        """What the channel writes to."""
        return F(address(self.channel))

    @property
    def _unapproved(self) -> Q:
        """The wording that the gateway's provider has yet to approve: it had another one's word."""
        if self.gateway is None or not asks_approval(self.gateway):
            return Q()
        return ~Q(revision_id__in=approved_revisions(self.gateway))

    def _reasons(self, kind: Kind, tick: Tick) -> dict[Reason, Q]:
        reasons = {Reason.NO_TEMPLATE: Q(revision_id=None) | self._unapproved}
        if not is_ready(self.gateway, self.purpose, tick.at):
            reasons[Reason.NO_GATEWAY] = ~Q(pk=None)
        elif self.gateway and not can_pay(self.gateway):
            reasons[Reason.NO_POINTS] = ~Q(pk=None)
        if self.purpose == Purpose.INFORMATION:
            reasons[Reason.NO_GRANT_BASIS] = BASELESS
        if kind == Kind.EXPIRING:
            reasons[Reason.COUPON_GONE] = Q(expires_at__lte=tick.now)
        return reasons


@dataclass(frozen=True, slots=True)
class Ways:
    """How a shop's coupon messages go; `advertising` is None where it chose none."""

    usual: Way
    advertising: Way | None

    def choose(self, part: Callable[[Way], Combinable]) -> Combinable:
        """This part of a coupon's own way."""
        if self.advertising is None:
            return part(self.usual)
        return Case(When(BASELESS, then=part(self.advertising)), default=part(self.usual))


def ways(settings: CouponMessageSettings, *, template: Combinable, revision: Combinable) -> Ways:
    """The shop's ways as they stand; the usual one with this template and revision."""
    found = Gateway.objects.filter(shop=settings.shop).select_related("shop__sending")
    gateways = {Channel(gateway.channel): gateway for gateway in found}
    usual = Way(
        channel=Channel.ALIMTALK,
        purpose=Purpose.INFORMATION,
        gateway=gateways.get(Channel.ALIMTALK),
        template=template,
        revision=revision,
    )
    chosen = settings.advertising_template
    if chosen is None:
        return Ways(usual, None)
    advertising = Way(
        channel=Channel(chosen.channel),
        purpose=Purpose.ADVERTISING,
        gateway=gateways.get(Channel(chosen.channel)),
        template=number(chosen.pk),
        revision=number(chosen.current_id),
    )
    return Ways(usual, advertising)


def number(value: int | None) -> Value:
    """A key, or null, as a value of the database."""
    return Value(value, output_field=BigIntegerField(null=True))
