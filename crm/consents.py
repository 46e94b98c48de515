"""What members agreed to and refused: how it stands, how it came about, and what staff is told."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from messaging.models import Channel, OptOut, OptOutSource
from messaging.opt_outs import standing
from messaging.verdicts import CONSENT, CUSTOMER_FIELD
from orders.ingest import ingest
from orders.models import AuditEvent, Consent, ConsentKind, Customer, Shop, User
from orders.personal import MAX_REASON, about_customer
from orders.records import ConsentRecord
from orders.signs import check_line

# What a member told the shop by phone or in person.
STAFF = "staff"
_SOURCES = {
    **dict(OptOutSource.choices),
    STAFF: gettext_lazy("told to the shop"),
    "mall": gettext_lazy("from the mall"),
    "invented": gettext_lazy("made up for trying"),
}
_CHANNELS = {kind: channel for channel, kind in CONSENT.items()}


@dataclass(frozen=True, slots=True)
class Standing:
    """One consent as it stands: `consent` is None where nothing is known.

    `opt_out` is the refusal of the member's address, which holds whatever the consent says.
    """

    kind: ConsentKind
    consent: Consent | None
    opt_out: OptOut | None

    @property
    def state(self) -> str:
        """In one word, for a chip."""
        if self.opt_out or (self.consent and not self.consent.given):
            return "refused"
        return "given" if self.consent else "unknown"

    @property
    def source(self) -> str:
        """How it is known, in words."""
        return source_words(self.consent.source) if self.consent else ""


@dataclass(frozen=True, slots=True)
class Change:
    """A consent or refusal that held, or holds, and how it came."""

    consent: Consent
    source: str


@dataclass(frozen=True, slots=True)
class Consents:
    """All that is known of a member's consents, the changes newest first."""

    standing: list[Standing]
    changes: list[Change]


def consents_of(customer: Customer, now: datetime) -> Consents:
    """A member's consents at `now`. Four queries."""
    rows = list(customer.consents.order_by("-since", "kind"))
    holding = {
        row.kind: row for row in rows if row.since <= now and (row.until is None or row.until > now)
    }
    return Consents(
        [Standing(kind, holding.get(kind), _opt_out(customer, kind)) for kind in ConsentKind],
        [Change(row, source_words(row.source)) for row in rows],
    )


def _opt_out(customer: Customer, kind: ConsentKind) -> OptOut | None:
    channel = _CHANNELS.get(kind)
    address = getattr(customer, CUSTOMER_FIELD[channel]) if channel else ""
    if not (channel and address):
        return None
    return standing(shop=customer.shop, channel=Channel(channel), address=address)


def source_words(source: str) -> str:
    """Where a consent came from; what nobody named stays as the source calls itself."""
    return str(_SOURCES.get(source, source))


@transaction.atomic
def record(
    *,
    customer: Customer,
    kind: ConsentKind,
    given: bool,
    reason: str,
    user: User,
    now: datetime,
) -> None:
    """Write down what a member told the shop; who wrote it, and why, is on record.

    Raises ValidationError without a reason, and for what is known already.
    """
    reason = reason.strip()
    if not reason or len(reason) > MAX_REASON:
        raise ValidationError({"reason": _("Write how and when the member told you.")})
    check_line(reason)
    told = ConsentRecord(customer.mall_id, kind, given, now, STAFF)
    if not ingest(shop=customer.shop, records=[told], now=now).changed:
        raise ValidationError(_("That is what is known already, so nothing was changed."))
    AuditEvent.objects.create(
        shop=customer.shop,
        user=user,
        action=f"record_consent_{kind}" if given else f"record_refusal_{kind}",
        about=about_customer(customer),
        reason=reason,
        at=now,
    )


@dataclass(frozen=True, slots=True)
class Said:
    """How many members have agreed, refused, or said nothing."""

    kind: ConsentKind
    given: int
    refused: int
    unknown: int


def counts(shop: Shop) -> list[Said]:
    """The shop's members by what they said of each kind of consent. Two queries."""
    members = Customer.objects.for_shop(shop).count()
    rows = (
        Consent.objects.filter(customer__shop=shop, until=None)
        .values_list("kind")
        .annotate(yes=Count("pk", filter=Q(given=True)), no=Count("pk", filter=Q(given=False)))
    )
    found = {kind: (given, refused) for kind, given, refused in rows}
    return [
        Said(kind, given, refused, members - given - refused)
        for kind in ConsentKind
        for given, refused in [found.get(kind, (0, 0))]
    ]
