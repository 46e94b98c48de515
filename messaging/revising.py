"""Left-out messages that are decided again (A3): reworded, moved, or joined with an older one."""

from datetime import datetime

from django.db.models import Count, Exists, Expression, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from messaging.drafts import Drafts
from messaging.ids import JOINED, first_batch
from messaging.models import (
    Batch,
    Channel,
    Chunk,
    Message,
    Outcome,
    PastReason,
    Reason,
    State,
)
from messaging.staging import insert_select


def reword(drafts: Drafts) -> None:
    """Give left-out messages that stay as they are the content of their drafts."""
    staying = drafts.rows.filter(stays=True)
    if staying.exists():
        messages = Message.objects.filter(pk__in=staying.values("existing_id"))
        messages.update(**drafts.said_to_existing(staying))


def move(drafts: Drafts, batch_id: Expression, now: datetime) -> int:
    """Move the messages that are decided anew to their new batches; returns how many.

    What each was left out for is kept as a past reason (F2).
    """
    moving = drafts.to_write.exclude(existing=None)
    if not moving.exists():
        return 0
    messages = Message.objects.filter(pk__in=moving.values("existing_id"))
    _leave_batches(messages, now)
    draft = moving.filter(existing_id=OuterRef("pk"))
    batch = Subquery(draft.annotate(to=batch_id).values("to")[:1])
    return messages.update(batch_id=batch, **drafts.said_to_existing(moving))


def join(*, chunk: Chunk, channel: Channel, pairs: dict[int, int], now: datetime) -> None:
    """Let left-out messages point to the ones they were joined with (A3): {message: joined}."""
    if not pairs:
        return
    messages = Message.objects.filter(pk__in=pairs)
    _leave_batches(messages, now)
    pk = first_batch(chunk, JOINED)
    Batch.objects.create(
        id=pk,
        shop_id=chunk.run.shop_id,
        run=chunk.run,
        channel=channel,
        state=State.LEFT_OUT,
        reason=Reason.DUPLICATE,
        planned_at=now,
        size=len(pairs),
    )
    for message, joined in pairs.items():
        Message.objects.filter(pk=message).update(batch_id=pk, joined_id=joined)


def _leave_batches(messages: QuerySet[Message], now: datetime) -> None:
    """Take left-out messages out of their batches, keeping why they were left out."""
    insert_select(
        PastReason,
        messages,
        {
            "message": "id",
            "reason": Coalesce("outcome__reason", "batch__reason"),
            # What was left out at freezing has been so since then, not since it was planned.
            "since": Coalesce("outcome__at", "batch__settled_at", "batch__planned_at"),
            "until": Value(now),
        },
    )
    late = Q(outcome__state=State.LEFT_OUT)
    counts = messages.values("batch_id").annotate(all=Count("*"), late=Count("pk", filter=late))
    for row in counts.order_by("batch_id"):
        Batch.objects.filter(pk=row["batch_id"]).update(
            size=F("size") - row["all"], left_out=F("left_out") - row["late"]
        )
    Outcome.objects.filter(Exists(messages.filter(pk=OuterRef("message_id")))).delete()
