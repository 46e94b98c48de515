"""Sending a message again whose fate nobody knows: a person's decision, never ours (F1)."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from messaging.hooks import RECHECKS, Content
from messaging.hours import next_opening
from messaging.ids import first_batch, first_message
from messaging.models import (
    Batch,
    Channel,
    Chunk,
    Gateway,
    Message,
    Purpose,
    Run,
    State,
    TemplateRevision,
)
from messaging.outbox import URGENT
from messaging.reading import state_of
from messaging.reasons import verdict_words
from messaging.rows import about_recipient
from messaging.verdicts import CUSTOMER_FIELD
from orders.models import AuditEvent, User

# The kind of these runs. No recheck is registered for it: a kind's recheck looks for what the
# original was about, and the original keeps that. It is asked once, before (`_asked_again`).
KIND = "again"
_PREFIX = f"{KIND}:"


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a message may be sent again, and how it belongs to others (their ids)."""

    offered: bool
    sent_again: int | None
    original: int | None


def standing(message: Message) -> Standing:
    """How the message stands. One query."""
    newer = Message.objects.for_shop(message.shop).filter(subject_key=_key(message))
    again = newer.values_list("pk", flat=True).first()
    is_again = message.subject_key.startswith(_PREFIX)
    return Standing(
        offered=state_of(message) == State.UNKNOWN and again is None,
        sent_again=again,
        original=int(message.subject_key.removeprefix(_PREFIX)) if is_again else None,
    )


@transaction.atomic
def send_again(*, message: Message, user: User, now: datetime) -> Message:
    """Put the message in the outbox once more, for today's address; who did it is on record.

    The verdict, the hours and the points are asked again at freezing, as for any other. Raises
    ValidationError with the reason where it may not be sent again: its fate is known, it was sent
    again already, or what it is about is gone (A7).
    """
    Batch.objects.select_for_update().get(pk=message.batch_id)
    found = Message.objects.select_related(
        "batch__run", "batch__revision__template", "shop__sending", "customer", "outcome"
    ).get(pk=message.pk)
    if state_of(found) != State.UNKNOWN:
        raise ValidationError(_("What became of it is known by now, so it isn't sent again."))
    if standing(found).sent_again:
        raise ValidationError(_("It was sent again already."))
    address, gateway = _address(found), _gateway(found)
    said = _asked_again(found, now)
    AuditEvent.objects.create(
        shop=found.shop,
        user=user,
        action="send_again",
        about=about_recipient(found),
        reason=f"message:{found.pk}",
        at=now,
    )
    return _write(found, gateway, address, said, now)


def _address(message: Message) -> str:
    """Where the recipient is reached today; a test's number is the one typed in then."""
    if message.batch.run.is_test:
        return message.address
    if message.customer is None or not message.variables:
        raise ValidationError(_("This person's data was erased: there is nobody to write to."))
    today = getattr(message.customer, CUSTOMER_FIELD[Channel(message.batch.channel)])
    if not today:
        raise ValidationError(_("This member has no address for this channel any more."))
    return str(today)


def _gateway(message: Message) -> Gateway:
    gateways = Gateway.objects.for_shop(message.shop).filter(channel=message.batch.channel)
    found: Gateway | None = gateways.first()
    if found is None:
        raise ValidationError(_("The channel is not connected, so there is no way out."))
    return found


def _asked_again(message: Message, now: datetime) -> Content:
    """What it would say today, by its kind's own recheck (A7)."""
    content = Content(message.variables, message.url)
    ask = RECHECKS.get(message.batch.run.kind)
    if ask is None or message.batch.run.is_test:
        return content
    # Only a question: what a recheck notes down, to decide it again, is not kept.
    here = transaction.savepoint()
    word = ask(message.batch, {message.pk: ""}, now)
    transaction.savepoint_rollback(here)
    if reason := word.left_out.get(message.pk):
        raise ValidationError(verdict_words(reason))
    return word.changed.get(message.pk, content)


def _write(
    original: Message, gateway: Gateway, address: str, said: Content, now: datetime
) -> Message:
    run, _new = Run.objects.get_or_create(
        shop=original.shop,
        kind=KIND,
        as_of=now,
        is_test=original.batch.run.is_test,
        label=original.batch.run.label,
        page=original.batch.run.page,
    )
    chunk = Chunk.objects.create(run=run, at=now)
    revision = original.batch.revision
    assert revision is not None  # noqa: S101 - what was sent had one
    return Message.objects.create(
        id=first_message(chunk),
        shop=original.shop,
        customer=original.customer,
        batch=_batch(chunk, gateway, revision, now),
        subject_key=_key(original),
        address=address,
        variables=said.variables,
        url=said.url,
    )


def _batch(chunk: Chunk, gateway: Gateway, revision: TemplateRevision, now: datetime) -> Batch:
    opening = next_opening(
        chunk.run.shop.sending,
        now,
        channel=Channel(gateway.channel),
        purpose=Purpose(revision.template.purpose),
    )
    return Batch.objects.create(
        id=first_batch(chunk, 0),
        shop_id=chunk.run.shop_id,
        run=chunk.run,
        channel=gateway.channel,
        gateway=gateway,
        revision=revision,
        state=State.WAITING,
        planned_at=now,
        not_before=opening,
        turn=opening - URGENT,
        size=1,
    )


def _key(message: Message) -> str:
    return f"{_PREFIX}{message.pk}"
