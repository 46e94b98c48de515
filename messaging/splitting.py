"""Parting a batch: what can't go with the others goes on in a batch of its own."""

from collections.abc import Collection
from datetime import datetime

from messaging.ids import first_batch
from messaging.models import Batch, Chunk, Message, State


def split_off(
    batch: Batch, messages: Collection[int], *, now: datetime, not_before: datetime
) -> Batch:
    """Move some of a locked batch's messages to a new one, which waits until `not_before`.

    The batch shrinks by as many.
    """
    chunk = Chunk.objects.create(run_id=batch.run_id, at=now)
    part = Batch.objects.create(
        id=first_batch(chunk, 0),
        shop_id=batch.shop_id,
        run_id=batch.run_id,
        channel=batch.channel,
        gateway_id=batch.gateway_id,
        revision_id=batch.revision_id,
        state=State.WAITING,
        planned_at=batch.planned_at,
        not_before=not_before,
        turn=not_before,
        size=len(messages),
    )
    Message.objects.filter(batch=batch, pk__in=messages).update(batch=part)
    batch.size -= len(messages)
    batch.save(update_fields=["size"])
    return part


def keep_to_size(batch: Batch, most: int, now: datetime) -> None:
    """Leave a locked batch no more than `most` messages; the others go on in batches as large.

    One that was planned for another provider may be larger than what this one takes.
    """
    if batch.size - batch.left_out <= most:
        return
    untold = Message.objects.filter(batch=batch, outcome=None).order_by("pk")
    rest = list(untold.values_list("pk", flat=True)[most:])
    for start in range(0, len(rest), most):
        split_off(batch, rest[start : start + most], now=now, not_before=now)
