"""The last decision before the first byte goes out.

Hours, verdict, the kind's recheck, and the payload stored under the batch's key: all in the
transaction that claimed the batch. What is frozen never changes; a retry sends the same bytes
under the same key (F1).
"""

import uuid
import zlib
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial

from django.db.models import Exists, OuterRef

from messaging.accounts import refused_if_unreadable
from messaging.errands import LATEST_BEGINNING
from messaging.gateways import Connect, FrozenBatch, Letterhead, Outgoing, Provider
from messaging.hours import next_opening
from messaging.members import (
    Member,
    end,
    leave_out_batch,
    leave_out_to_mend,
    read_members,
    recheck,
    record_left_out,
)
from messaging.models import (
    Batch,
    Channel,
    Gateway,
    Message,
    Purpose,
    Reason,
    Service,
    State,
)
from messaging.points import affordable, reserve
from messaging.rendering import Stationery, of_batch
from messaging.services import address_sender, falls_back, of_one_service, set_prices
from messaging.splitting import keep_to_size
from messaging.staging import look_up_by_index
from messaging.verdicts import consenting
from orders.models import ConsentKind

# How long a worker may hold a frozen batch before another asks what became of it: longer than any
# provider's call takes, short enough that a killed worker stops nothing for long.
LEASE = timedelta(minutes=2)
# What is written down when a batch is frozen.
FROZEN = (
    *("key", "payload", "state", "frozen_at", "tried_since", "attempt", "turn"),
    *("sender", "opt_out_number", "service", "price", "fallback_price", "points_reserved"),
)


def freeze(
    batch: Batch, *, now: datetime, moment: datetime, connect: Connect
) -> FrozenBatch | None:
    """Decide a claimed, waiting batch for the last time; None where nothing is to be sent now.

    Outside the sending hours it waits for the next opening (F3, F4); past its run's give-up time
    it is left out `old_news`; whoever may not get it any more, or can't be paid for (F5), is left
    out with the reason (A7). The hours, the verdict and the lease go by `moment`, which is later
    than `now` in a round that lasts. Raises AccountRefused where the account can't be decrypted.
    """
    provider = provider_of(batch, connect)
    opening = opening_of(batch, moment, provider)
    if opening > moment:
        _wait_for(batch, opening)
        return None
    if batch.run.give_up_at and batch.run.give_up_at <= now:
        leave_out_batch(batch, Reason.OLD_NEWS, now)
        return None
    look_up_by_index()
    if provider is None:
        leave_out_to_mend(batch, Reason.NO_GATEWAY, now)
        return None
    keep_to_size(batch, provider.batch_size, now)
    address_sender(batch, provider)
    members = read_members(batch, moment)
    recheck(batch, members, now)
    wording = of_batch(batch, batch.shop, told=provider.fills_in)
    going = finished(wording, [m for m in members if not m.reason])
    going = of_one_service(batch, going, now)
    set_prices(batch, provider, falls_back(batch, provider, going))
    going = _paid_for(batch, members, going, now)
    record_left_out(batch, [m for m in members if m.reason], now)
    if not members:
        # Each message has an end of its own already, or there is none.
        end(batch, now)
    if not going:
        return None
    key = uuid.uuid4()
    with refused_if_unreadable():
        payload = provider.compose(going, _letterhead(batch, key), _gateway(batch).account)
    return hold(batch, key, payload, now=now, until=moment + LEASE)


def _gateway(batch: Batch) -> Gateway:
    assert batch.gateway is not None  # noqa: S101 - an open batch has one
    return batch.gateway


def provider_of(batch: Batch, connect: Connect) -> Provider | None:
    """Whom it goes through; None where that was disconnected as the batch was planned."""
    try:
        return connect(_gateway(batch).provider)
    except KeyError:
        return None


def opening_of(batch: Batch, moment: datetime, provider: Provider | None) -> datetime:
    """The first moment not before `moment` at which this batch may be taken up.

    Its last message leaves later than that, and still has to leave in open hours (F3, F4).
    """
    assert batch.revision is not None  # noqa: S101 - an open batch has one
    purpose = Purpose(batch.revision.template.purpose)
    opening = partial(
        next_opening,
        batch.shop.sending,
        moment,
        channel=Channel(batch.channel),
        purpose=purpose,
        lasting=LATEST_BEGINNING + (provider.hands_over_for if provider else timedelta(0)),
    )
    usual = opening()
    if usual == moment or purpose != Purpose.ADVERTISING or opening(night=True) > moment:
        return usual
    return moment if _all_agreed_to_night(batch, moment) else usual


def _all_agreed_to_night(batch: Batch, moment: datetime) -> bool:
    """Whether everybody in the batch has agreed to advertising at night, and still does (F3)."""
    agreed = consenting(ConsentKind.NIGHT, moment).filter(customer=OuterRef("customer_id"))
    others = Message.objects.filter(~Exists(agreed), batch=batch, outcome=None)
    return not others.exists()


def _paid_for(
    batch: Batch, members: list[Member], going: list[Outgoing], now: datetime
) -> list[Outgoing]:
    """As many of them as the shop's points pay for; the rest is left out `no_points` (F5)."""
    price = max(batch.price, batch.fallback_price)
    paid = affordable(batch.shop, price, len(going), held=batch.points_reserved)
    if paid == len(going):
        return going
    unpaid = {message.id for message in going[paid:]}
    for member in members:
        if member.id in unpaid:
            member.reason = Reason.NO_POINTS
    recheck(batch, [member for member in members if member.id in unpaid], now)
    return going[:paid]


def _wait_for(batch: Batch, opening: datetime) -> None:
    assert batch.turn and batch.not_before  # noqa: S101 - an open batch has both
    place = timedelta(0) if batch.tried_since else batch.turn - batch.not_before
    batch.turn = opening + place
    batch.not_before = opening
    batch.save(update_fields=["turn", "not_before"])


def _letterhead(batch: Batch, key: uuid.UUID) -> Letterhead:
    revision = batch.revision
    assert revision is not None  # noqa: S101 - an open batch has one
    return Letterhead(
        key=key,
        channel=Channel(batch.channel),
        service=Service(batch.service),
        purpose=Purpose(revision.template.purpose),
        shop=batch.shop.name,
        template_code=revision.provider_code,
        sender=batch.sender,
        opt_out_number=batch.opt_out_number,
        country=batch.shop.country,
    )


def hold(
    batch: Batch, key: uuid.UUID, payload: bytes, *, now: datetime, until: datetime
) -> FrozenBatch:
    """Store a claimed batch's bytes under its key, and take the lease."""
    batch.key = key
    # A thousand texts are much alike. The database would pack them too, but unpacked they are
    # half a megabyte for it to read.
    batch.payload = zlib.compress(payload, 1)
    batch.state, batch.frozen_at, batch.turn = State.SENDING, now, until
    reserve(batch, now)
    batch.attempt += 1
    batch.tried_since = batch.tried_since or now
    batch.save(update_fields=FROZEN)
    return _leaving(batch, payload)


def frozen(batch: Batch) -> FrozenBatch:
    """The part of a frozen batch that leaves the database."""
    assert batch.payload  # noqa: S101 - set by `hold`
    return _leaving(batch, zlib.decompress(batch.payload))


def _leaving(batch: Batch, payload: bytes) -> FrozenBatch:
    assert batch.key and batch.gateway and batch.frozen_at  # noqa: S101 - a frozen batch has them
    return FrozenBatch(
        id=batch.pk,
        key=batch.key,
        payload=payload,
        provider=batch.gateway.provider,
        count=batch.size - batch.left_out,
        frozen_at=batch.frozen_at,
        reference=batch.provider_ref,
        account=batch.gateway.account,
        paid=batch.points_reserved > 0,
    )


def finished(wording: Stationery, members: Collection[Member]) -> list[Outgoing]:
    """The members' messages as they leave."""
    outgoing = wording.outgoing
    return [outgoing(member.id, member.address, member.variables, member.url) for member in members]
