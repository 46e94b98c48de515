"""Who may get a message: one database expression, wherever the question is asked.

Forecast (count by verdict), planning (insert with verdict), freezing (verdict over a batch) and
"why did this person not get it?" (verdict of one) use the same expression, so they can't disagree.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Lower

from messaging.models import (
    FEATURES,
    Channel,
    ClosedFeature,
    Feature,
    OptOut,
    Purpose,
    Reason,
)
from orders.models import Consent, ConsentKind, Shop

# What can be mended, so that it is worth deciding again (A3).
MENDABLE = (
    Reason.NO_ADDRESS,
    Reason.NO_POINTS,
    Reason.NO_GRANT_BASIS,
    Reason.NO_GATEWAY,
    Reason.NO_TEMPLATE,
)
# What each channel writes to, as a field of the customer.
CUSTOMER_FIELD = {
    Channel.ALIMTALK: "phone",
    Channel.TEXT: "phone",
    Channel.EMAIL: "email",
    Channel.PUSH: "app_token",
    Channel.INBOX: "mall_id",
}
# The consent that advertising on a channel needs. The inbox is a page of the shop's own, which
# the customer opens: nothing is transmitted, so the law asks for none.
CONSENT = {
    Channel.TEXT: ConsentKind.TEXT,
    Channel.EMAIL: ConsentKind.EMAIL,
    Channel.PUSH: ConsentKind.PUSH,
}


def address(channel: Channel) -> str:
    """The path from a row with a `customer` to the address that the channel writes to."""
    return f"customer__{CUSTOMER_FIELD[channel]}"


def verdict(
    reasons: Mapping[Reason, Q],
    *,
    shop: Shop,
    channel: Channel,
    purpose: Purpose,
    at: datetime,
) -> Case:
    """The first reason that holds, in the vocabulary's order; "" for who may get the message.

    For rows with a `customer`, asked as of `at`; `reasons` are the caller's own conditions beside
    those that hold for everybody (F3).
    """
    conditions = {Reason.NO_ADDRESS: _no_address(channel), **reasons}
    if purpose == Purpose.ADVERTISING:
        conditions |= _advertising(shop, channel, at)
    return _first(_or_closed(conditions, shop, channel, purpose))


def verdict_of_tester(
    reasons: Mapping[Reason, Q], *, shop: Shop, channel: Channel, purpose: Purpose
) -> Case:
    """The same of a test, for rows with an `address`: whoever typed it in asks for it (A8)."""
    conditions = {Reason.NO_ADDRESS: Q(address=""), **reasons}
    return _first(_or_closed(conditions, shop, channel, purpose))


def closed_features(shop: Shop, channel: Channel, purpose: Purpose) -> QuerySet[ClosedFeature]:
    """What staff have closed for the shop of that which such messages need (F11)."""
    own: QuerySet[ClosedFeature] = ClosedFeature.objects.for_shop(shop)
    return own.filter(feature__in=_features(channel, purpose))


def _or_closed(
    conditions: dict[Reason, Q], shop: Shop, channel: Channel, purpose: Purpose
) -> dict[Reason, Q]:
    """With what staff may have closed for the shop (F11)."""
    if _features(channel, purpose):
        closed = Exists(closed_features(shop, channel, purpose))
        conditions[Reason.NO_GATEWAY] = conditions.get(Reason.NO_GATEWAY, Q()) | Q(closed)
    return conditions


def _first(conditions: Mapping[Reason, Q]) -> Case:
    """The first of the reasons that holds, in the vocabulary's order."""
    return Case(
        *(
            When(conditions[reason], then=Value(reason.value))
            for reason in Reason
            if reason in conditions
        ),
        default=Value(""),
        output_field=CharField(max_length=20),
    )


def consenting(kind: ConsentKind, at: datetime) -> QuerySet[Consent]:
    """The consents of this kind that were given and held at `at`."""
    found: QuerySet[Consent] = Consent.objects.filter(
        Q(until=None) | Q(until__gt=at), kind=kind, given=True, since__lte=at
    )
    return found


def opted_out(shop: Shop, channel: Channel) -> Exists:
    """Whether the row's customer's address has refused advertising on this channel."""
    theirs: Combinable = OuterRef(address(channel))
    if channel == Channel.EMAIL:  # refusals are kept in small letters (`messaging.opt_outs`)
        theirs = Lower(theirs)
    refused = OptOut.objects.filter(shop=shop, channel=channel, address=theirs)
    return Exists(refused)


def _no_address(channel: Channel) -> Q:
    # There is no constraint: a message's customer may be gone, and all of it is then null.
    none: Q = Q(**{address(channel): ""}) | Q(**{f"{address(channel)}__isnull": True})
    return none


def _features(channel: Channel, purpose: Purpose) -> list[Feature]:
    """What of this staff may have closed for the shop (F11)."""
    own = [FEATURES[channel]] if channel in FEATURES else []
    return own + ([Feature.ADVERTISING] if purpose == Purpose.ADVERTISING else [])


def _advertising(shop: Shop, channel: Channel, at: datetime) -> dict[Reason, Q]:
    """What the law adds for advertising: consent before, no refusal since (F3)."""
    refused = Q(opted_out(shop, channel))
    conditions = {Reason.OPTED_OUT: refused}
    if channel in CONSENT:
        given = consenting(CONSENT[channel], at).filter(customer=OuterRef("customer_id"))
        # A refusal ends the consent, too; what is told is that it was refused.
        conditions[Reason.NO_CONSENT] = ~Q(Exists(given)) & ~refused
    if channel == Channel.EMAIL:
        verified = Q(customer__email_verified_at__isnull=False, customer__email_verified_at__lte=at)
        conditions[Reason.UNVERIFIED] = ~verified
    return conditions
