"""What the law asks of advertising (F3), of everything that was sent or may have been."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bench.chaos.desks import Taken
from bench.chaos.told import Line, Messages
from messaging.models import Channel, Message, OptOut, PointsEntry, PointsKind, Purpose, State
from messaging.verdicts import CONSENT
from orders.models import Consent, ConsentKind

OPENS, CLOSES = time(8), time(21)
# E-mail may come at any hour; a consent at night opens these.
ANY_HOUR, NIGHTLY = (Channel.EMAIL,), (Channel.TEXT, Channel.PUSH)
# A refusal has its moment before it is committed, and a batch its round's.
LAG = timedelta(minutes=3)
SAME_BOX = (Channel.EMAIL,)


@dataclass(frozen=True, slots=True)
class Advert:
    """A message of advertising that went out; `frozen` when it was decided for the last time."""

    pk: int
    shop: int
    customer: int | None
    channel: Channel
    address: str
    frozen: datetime
    zone: str


def accounts_of_advertising(messages: Messages, taken: Sequence[Taken]) -> Iterator[Line]:
    """Of all that was frozen and not left out."""
    adverts = [one for one in _adverts() if messages[one.pk].state != State.LEFT_OUT]
    consents = _consents()
    yield Line("advertising sent", len(adverts))
    yield Line("  to an address that had refused it", *_counted(_refused(adverts)))
    yield Line("  without consent", *_counted(_without_consent(adverts, consents)))
    yield Line("  at a closed hour", *_counted(_at_night(adverts, taken, consents)))


def _adverts() -> Iterator[Advert]:
    reserved = PointsEntry.objects.filter(kind=PointsKind.RESERVE).values_list("batch_id", "at")
    # A batch that never arrived is sent as if for the first time: it was decided before.
    decided = dict(reserved.order_by("-pk"))
    rows = Message.objects.filter(
        batch__revision__template__purpose=Purpose.ADVERTISING, batch__frozen_at__isnull=False
    ).values_list(
        *("pk", "shop_id", "customer_id", "batch__channel", "address", "batch_id"),
        *("batch__frozen_at", "shop__timezone"),
    )
    for pk, shop, customer, channel, address, batch, frozen, zone in rows:
        at = min(frozen, decided.get(batch, frozen))
        yield Advert(pk, shop, customer, Channel(channel), address, at, zone)


Consents = dict[tuple[int, str], list[tuple[datetime, datetime | None]]]


def _consents() -> Consents:
    found: Consents = defaultdict(list)
    given = Consent.objects.filter(given=True)
    for customer, kind, since, until in given.values_list("customer", "kind", "since", "until"):
        found[customer, kind].append((since, until))
    return found


def _held(consents: Consents, customer: int | None, kind: ConsentKind, at: datetime) -> bool:
    spans = consents.get((customer or 0, kind), [])
    return any(since <= at and (until is None or until > at - LAG) for since, until in spans)


def _refused(adverts: Sequence[Advert]) -> Iterator[str]:
    rows = OptOut.objects.values_list("shop_id", "channel", "address", "at")
    refused = {(shop, channel, address): at for shop, channel, address, at in rows}
    for one in adverts:
        address = one.address.lower() if one.channel in SAME_BOX else one.address
        at = refused.get((one.shop, one.channel, address))
        if at and at < one.frozen - LAG:
            yield f"message {one.pk} was decided {one.frozen - at} after the refusal"


def _without_consent(adverts: Sequence[Advert], consents: Consents) -> Iterator[str]:
    for one in adverts:
        kind = CONSENT.get(one.channel)
        if kind and not _held(consents, one.customer, kind, one.frozen):
            yield f"message {one.pk}"


def _at_night(
    adverts: Sequence[Advert], taken: Sequence[Taken], consents: Consents
) -> Iterator[str]:
    """By the provider's own clock; of the inbox by when it was put there."""
    took = {one.message: one.at for one in taken if one.at}
    for one in adverts:
        at = took.get(one.pk, one.frozen if one.channel == Channel.INBOX else None)
        if at is None or one.channel in ANY_HOUR:
            continue
        open_then = OPENS <= at.astimezone(ZoneInfo(one.zone)).time() < CLOSES
        nightly = one.channel in NIGHTLY and _held(consents, one.customer, ConsentKind.NIGHT, at)
        if not (open_then or nightly):
            yield f"message {one.pk} came at {at.astimezone(ZoneInfo(one.zone)):%H:%M:%S}"


def _counted(wrong: Iterator[str]) -> tuple[int, list[str]]:
    found = list(wrong)
    return len(found), found
