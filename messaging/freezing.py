"""The last decision before the first byte goes out.

Hours, verdict, the kind's recheck, and the payload stored under the batch's key: all in the
transaction that claimed the batch. What is frozen never changes; a retry sends the same bytes
under the same key (F1).
"""

import json
import uuid
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Case, CharField, F, TextField, Value, When
from django.db.models.functions import Cast, Coalesce

from messaging.gateways import Connect, FrozenBatch, Letterhead, Outgoing
from messaging.hooks import RECHECKS
from messaging.hours import next_opening
from messaging.models import (
    Batch,
    Channel,
    Message,
    Outcome,
    Purpose,
    Reason,
    Service,
    State,
    Topic,
)
from messaging.staging import look_up_by_index
from messaging.verdicts import verdict
from messaging.wording import ADD_CHANNEL_NAME, Locale, compile_body

# How long a worker may hold a frozen batch before another asks what became of it: longer than any
# provider's call takes, short enough that a killed worker stops nothing for long.
LEASE = timedelta(minutes=2)

_decode = json.JSONDecoder().decode


def freeze(
    batch: Batch, *, now: datetime, moment: datetime, connect: Connect
) -> FrozenBatch | None:
    """Decide a claimed, waiting batch for the last time; None where nothing is to be sent now.

    Outside the sending hours it waits for the next opening (F4); past its run's give-up time it
    is left out `old_news`; whoever may not get it any more is left out with the reason (A7). The
    hours and the lease go by `moment`, which is later than `now` in a round that lasts.
    """
    opening = next_opening(batch.shop.sending, moment)
    if opening > moment:
        _wait_for(batch, opening)
        return None
    if batch.run.give_up_at and batch.run.give_up_at <= now:
        leave_out_batch(batch, Reason.OLD_NEWS, now)
        return None
    look_up_by_index()
    members = _members(batch)
    _recheck(batch, members, now)
    _record_left_out(batch, [m for m in members if m.reason], now)
    going = [m for m in members if not m.reason]
    if not members:
        # Each message has an end of its own already, or there is none.
        batch.state, batch.settled_at = State.SENT, now
        batch.save(update_fields=["state", "settled_at"])
    if not going:
        return None
    assert batch.gateway is not None  # noqa: S101 - an open batch has one
    key = uuid.uuid4()
    provider = connect(batch.gateway.provider)
    payload = provider.compose(
        finished(batch, going), _letterhead(batch, key), batch.gateway.account
    )
    return hold(batch, key, payload, now=now, until=moment + LEASE)


def leave_out_batch(batch: Batch, reason: Reason, now: datetime) -> None:
    """Leave a whole waiting batch out; one that had been frozen keeps no payload."""
    batch.state, batch.reason, batch.settled_at = State.LEFT_OUT, reason, now
    batch.payload = None
    batch.save(update_fields=["state", "reason", "settled_at", "payload"])


def _wait_for(batch: Batch, opening: datetime) -> None:
    assert batch.turn and batch.not_before  # noqa: S101 - an open batch has both
    batch.turn = opening + (batch.turn - batch.not_before)
    batch.not_before = opening
    batch.save(update_fields=["turn", "not_before"])


@dataclass(slots=True)
class Member:
    """A message of the batch, and what speaks against it now ("": nothing)."""

    id: int
    variables: dict[str, Any]
    url: str
    reason: str
    address: str


def _members(batch: Batch) -> list[Member]:
    """The batch's messages without an outcome, with today's verdict and address.

    A stranger (a test) has only the address that the message came with. Whoever else has no
    customer was one when the message was planned, and has been erased since.
    """
    found = Message.objects.filter(batch=batch, outcome=None).order_by("id")
    if batch.run.is_test:
        asked = found.annotate(verdict=_stranger_verdict(), today=F("address"))
    else:
        asked = found.annotate(
            verdict=_customer_verdict(), today=Coalesce("customer__phone", Value(""))
        )
    # Read as text, and by one decoder: converting them row by row costs as much as rendering.
    rows = asked.annotate(content=Cast("variables", TextField())).values_list(
        "pk", "content", "url", "verdict", "today", "address"
    )
    members, moved = [], []
    for pk, content, url, reason, today, planned in rows:
        members.append(Member(pk, _decode(content), url, reason, today or planned))
        if today not in ("", planned):
            moved.append(Message(pk=pk, address=today))
    Message.objects.bulk_update(moved, ["address"], batch_size=500)
    return members


def _stranger_verdict() -> Case:
    no_address = When(address="", then=Value(Reason.NO_ADDRESS.value))
    return Case(no_address, default=Value(""), output_field=CharField())


def _customer_verdict() -> Case:
    # There is no constraint: the row may be gone, and its phone is then null and not empty.
    gone = When(customer__phone=None, then=Value(Reason.NO_ADDRESS.value))
    return Case(gone, default=verdict({}), output_field=CharField())


def _recheck(batch: Batch, members: list[Member], now: datetime) -> None:
    """Ask the run's kind; its word goes to the members and, where content changed, to rows."""
    recheck = RECHECKS.get(batch.run.kind)
    if recheck is None or batch.run.is_test:
        return
    word = recheck(batch.pk, {member.id: member.reason for member in members}, now)
    if not word:
        return
    changed = []
    for member in members:
        member.reason = member.reason or word.left_out.get(member.id, "")
        if content := word.changed.get(member.id):
            member.variables, member.url = content.variables, content.url
            changed.append(Message(pk=member.id, variables=content.variables, url=content.url))
    Message.objects.bulk_update(changed, ["variables", "url"], batch_size=500)


def _record_left_out(batch: Batch, members: list[Member], now: datetime) -> None:
    """Their own outcome; where it is everybody's, it is the batch that is left out."""
    if not members:
        return
    reasons = {member.reason for member in members}
    if len(members) == batch.size and len(reasons) == 1:
        leave_out_batch(batch, Reason(reasons.pop()), now)
        return
    Outcome.objects.bulk_create(
        Outcome(message_id=m.id, batch=batch, state=State.LEFT_OUT, reason=m.reason, at=now)
        for m in members
    )
    batch.left_out += len(members)
    if batch.left_out == batch.size:
        # Nobody is left to send to: each message has its own reason, the batch is at its end.
        batch.state, batch.settled_at = State.SENT, now
    batch.save(update_fields=["left_out", "state", "settled_at"])


def _letterhead(batch: Batch, key: uuid.UUID) -> Letterhead:
    revision = batch.revision
    assert revision is not None  # noqa: S101 - an open batch has one
    return Letterhead(
        key=key,
        channel=Channel(batch.channel),
        service=Service.ALIMTALK,
        purpose=Purpose(revision.template.purpose),
        shop=batch.shop.name,
        template_code=revision.provider_code,
    )


def hold(
    batch: Batch, key: uuid.UUID, payload: bytes, *, now: datetime, until: datetime
) -> FrozenBatch:
    """Store a claimed batch's bytes under its key, and take the lease."""
    batch.key = key
    # A thousand texts are much alike. The database would pack them too, but unpacked they are
    # half a megabyte for it to read.
    batch.payload = zlib.compress(payload, 1)
    batch.state, batch.frozen_at, batch.attempt = State.SENDING, now, 1
    batch.turn = until
    batch.save(update_fields=["key", "payload", "state", "frozen_at", "attempt", "turn"])
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
    )


def finished(batch: Batch, members: Collection[Member]) -> list[Outgoing]:
    """The members' messages as they leave."""
    revision = batch.revision
    assert revision is not None  # noqa: S101 - an open batch has one
    wording = compile_body(revision.body, Topic(revision.template.topic))
    locale = Locale.of(batch.shop)
    year = batch.planned_at.astimezone(ZoneInfo(locale.timezone)).year
    buttons = {url: finished_buttons(revision.buttons, url) for url in {m.url for m in members}}
    return [
        Outgoing(
            member.id,
            member.address,
            wording.text(member.variables, locale, year),
            buttons[member.url],
        )
        for member in members
    ]


def finished_buttons(buttons: list[dict[str, str]], url: str) -> list[dict[str, str]]:
    """The buttons as the customer sees them; a link button needs a URL to open."""
    return [
        {"type": "AC", "name": ADD_CHANNEL_NAME}
        if button["type"] == "AC"
        else {"type": "WL", "name": button["name"], "url": url}
        for button in buttons
        if button["type"] == "AC" or url
    ]
