"""A batch's messages at the moment of freezing: what speaks against each now, and its record."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db.models import Case, F, Q, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce

from messaging.hooks import RECHECKS
from messaging.models import Batch, Channel, Message, Outcome, Purpose, Reason, State
from messaging.points import HELD, adjust
from messaging.services import is_ready
from messaging.templates import usable
from messaging.verdicts import address, verdict, verdict_of_tester


@dataclass(slots=True)
class Member:
    """A message of the batch, and what speaks against it now ("": nothing)."""

    id: int
    variables: dict[str, Any]
    url: str
    reason: str
    address: str


def read_members(batch: Batch, now: datetime) -> list[Member]:
    """The batch's messages without an outcome, with today's verdict and address.

    A stranger (a test) has only the address that the message came with. Whoever else has no
    customer was one when the message was planned, and has been erased since.
    """
    found = Message.objects.filter(batch=batch, outcome=None).order_by("id")
    today: Combinable = F("address")
    if not batch.run.is_test:
        today = Coalesce(address(Channel(batch.channel)), Value(""))
    asked = found.annotate(verdict=_verdict(batch, now), today=today)
    # Read as text, and by one decoder: converting them row by row costs as much as rendering.
    rows = asked.annotate(content=Cast("variables", TextField())).values_list(
        "pk", "content", "url", "verdict", "today", "address"
    )
    members, moved = [], []
    for pk, content, url, reason, current, planned in rows:
        members.append(Member(pk, orjson.loads(content), url, reason, current or planned))
        if current not in ("", planned):
            moved.append(Message(pk=pk, address=current))
    Message.objects.bulk_update(moved, ["address"], batch_size=500)
    return members


def _verdict(batch: Batch, now: datetime) -> Case:
    against, channel, purpose = _against_all(batch, now), Channel(batch.channel), _purpose(batch)
    if batch.run.is_test:
        return verdict_of_tester(against, shop=batch.shop, channel=channel, purpose=purpose)
    return verdict(against, shop=batch.shop, channel=channel, purpose=purpose, at=now)


def _against_all(batch: Batch, now: datetime) -> dict[Reason, Q]:
    """What speaks against every message: what the channel needs is gone, or its wording's approval.

    Both can change while a batch waits, as when the shop changes its provider.
    """
    assert batch.revision is not None  # noqa: S101 - an open batch has one
    everybody = ~Q(pk=None)
    if not is_ready(batch.gateway, _purpose(batch), now):
        return {Reason.NO_GATEWAY: everybody}
    return {} if usable(batch.revision, batch.gateway) else {Reason.NO_TEMPLATE: everybody}


def _purpose(batch: Batch) -> Purpose:
    assert batch.revision is not None  # noqa: S101 - an open batch has one
    return Purpose(batch.revision.template.purpose)


def recheck(batch: Batch, members: list[Member], now: datetime) -> None:
    """Ask the run's kind; its word goes to the members and, where content changed, to rows."""
    ask = RECHECKS.get(batch.run.kind)
    if ask is None or batch.run.is_test:
        return
    word = ask(batch, {member.id: member.reason for member in members}, now)
    if not word:
        return
    changed = []
    for member in members:
        member.reason = member.reason or word.left_out.get(member.id, "")
        if content := word.changed.get(member.id):
            member.variables, member.url = content.variables, content.url
            changed.append(Message(pk=member.id, variables=content.variables, url=content.url))
    Message.objects.bulk_update(changed, ["variables", "url"], batch_size=500)


def record_left_out(batch: Batch, members: list[Member], now: datetime) -> None:
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
        end(batch, now)
    batch.save(update_fields=["left_out"])


def end(batch: Batch, now: datetime) -> None:
    """End a waiting batch of which each message has an end of its own."""
    batch.state, batch.settled_at = State.SENT, now
    adjust(batch, now)
    batch.save(update_fields=["state", "settled_at", *HELD])


def leave_out_to_mend(batch: Batch, reason: Reason, now: datetime) -> None:
    """Leave a whole waiting batch out for what can be mended: its kind decides again (A3)."""
    ids = Message.objects.filter(batch=batch, outcome=None).values_list("pk", flat=True)
    recheck(batch, [Member(pk, {}, "", reason, "") for pk in ids], now)
    leave_out_batch(batch, reason, now)


def leave_out_batch(batch: Batch, reason: Reason, now: datetime) -> None:
    """Leave a whole waiting batch out; one that had been frozen keeps no payload."""
    batch.state, batch.reason, batch.settled_at = State.LEFT_OUT, reason, now
    batch.payload = None
    adjust(batch, now)
    batch.save(update_fields=["state", "reason", "settled_at", "payload", *HELD])
