"""Writing messages: a run's decided drafts become batches and rows, once.

Whoever plans stages a `Draft` of its own, fills it with one SELECT, and calls `write` in the same
transaction.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import BigIntegerField, Case, Count, Expression, F, Min, Q, Value, When

from messaging.drafts import Drafts
from messaging.gateways import connect
from messaging.hours import next_opening
from messaging.ids import MESSAGES_A_CHUNK, first_batch, first_message
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
from messaging.revising import move
from messaging.staging import insert_select

# A run's n-th batch has its turn this much later than the one before: fair between shops.
TURN_STEP = timedelta(seconds=1)
# What a person waits for goes before what a clock has planned.
URGENT = timedelta(hours=1)


class LostRaceError(Exception):
    """What a message was decided from is not there any more; the chunk rolls back."""


@dataclass(frozen=True, slots=True)
class BatchClass:
    """Drafts that may share batches, and the ids that theirs begin with."""

    revision_id: int | None
    gateway_id: int | None
    channel: str
    purpose: Purpose
    night: bool
    reason: str
    count: int
    first_number: int
    first_batch: int
    batch_size: int

    @property
    def condition(self) -> Q:
        """Which drafts are of this class."""
        return Q(
            revision_id=self.revision_id,
            gateway_id=self.gateway_id,
            reason=self.reason,
            night=self.night,
        )

    @property
    def sizes(self) -> list[int]:
        """The number of messages in each of its batches."""
        full, rest = divmod(self.count, self.batch_size)
        return [self.batch_size] * full + ([rest] if rest else [])


def message_id(chunk: Chunk, number: str) -> Expression:
    """The id of the new message with that number in its chunk (`messaging.ids`)."""
    return Value(first_message(chunk), output_field=BigIntegerField()) + F(number)


def write(drafts: Drafts, *, chunk: Chunk, channel: Channel, now: datetime) -> Counter[str]:
    """Turn drafts into batches and messages; counts them by reason ("": planned).

    They wait for the first moment at which the shop sends; `channel` is that of drafts that have
    neither wording nor gateway.

    A draft with an `existing` message moves that message instead of making one (A3), and what it
    was left out for is kept as a past reason (F2).
    """
    classes = _classes(chunk, drafts, channel)
    _create_batches(chunk.run, classes, now)
    batch_id = _batch_id(classes)
    written = insert_select(
        Message,
        drafts.to_write.filter(existing=None),
        {
            "id": message_id(chunk, "number"),
            "shop": Value(chunk.run.shop_id),
            "customer": "customer_id",
            "batch": batch_id,
            **drafts.content,
        },
    )
    counts: Counter[str] = Counter()
    for cls in classes:
        counts[cls.reason] += cls.count
    if written + move(drafts, batch_id, now) != counts.total():
        raise LostRaceError
    return counts


def _classes(chunk: Chunk, drafts: Drafts, channel: Channel) -> list[BatchClass]:
    template = "revision__template__"
    rows = (
        drafts.to_write.values(
            *("revision_id", f"{template}channel", f"{template}purpose", "reason", "night"),
            *("gateway_id", "gateway__channel", "gateway__provider"),
        )
        .annotate(count=Count("*"), first=Min("number"))
        .order_by("first")
    )
    return [
        BatchClass(
            revision_id=row["revision_id"],
            gateway_id=row["gateway_id"],
            channel=row[f"{template}channel"] or row["gateway__channel"] or channel,
            purpose=Purpose(row[f"{template}purpose"] or Purpose.INFORMATION),
            night=bool(row["night"]),
            reason=row["reason"],
            count=row["count"],
            first_number=row["first"],
            first_batch=first_batch(chunk, index),
            # What is left out is dealt with by nobody, so its batch has no size to keep to.
            batch_size=(
                MESSAGES_A_CHUNK if row["reason"] else connect(row["gateway__provider"]).batch_size
            ),
        )
        for index, row in enumerate(rows)
    ]


def _create_batches(
    run: Run,
    classes: Iterable[BatchClass],
    now: datetime,
) -> None:
    openings = {
        (cls.channel, cls.purpose, cls.night): next_opening(
            run.shop.sending,
            now,
            channel=Channel(cls.channel),
            purpose=cls.purpose,
            night=cls.night,
        )
        for cls in classes
    }
    Batch.objects.bulk_create(
        (
            Batch(
                id=cls.first_batch + n,
                shop_id=run.shop_id,
                run=run,
                channel=cls.channel,
                gateway_id=cls.gateway_id,
                revision_id=cls.revision_id,
                state=State.LEFT_OUT if cls.reason else State.WAITING,
                reason=cls.reason,
                planned_at=now,
                size=size,
                not_before=None if cls.reason else opening,
                turn=None if cls.reason else opening + n * TURN_STEP,
            )
            for cls in classes
            for opening in [openings[cls.channel, cls.purpose, cls.night]]
            for n, size in enumerate(cls.sizes)
        ),
        batch_size=500,
    )


def _batch_id(classes: Iterable[BatchClass]) -> Expression:
    """The batch that a draft is dealt into: its class's first, and on by the batch size."""
    return Case(
        *(
            When(
                cls.condition,
                then=Value(cls.first_batch, output_field=BigIntegerField())
                + (F("number") - Value(cls.first_number, output_field=BigIntegerField()))
                / Value(cls.batch_size, output_field=BigIntegerField()),
            )
            for cls in classes
        ),
        output_field=BigIntegerField(),
    )


def write_test(
    *,
    run: Run,
    gateway: Gateway,
    revision: TemplateRevision,
    address: str,
    variables: dict[str, object],
    url: str,
    now: datetime,
) -> Message:
    """One test message to a tester's own number (A8); it counts in no statistic."""
    chunk = Chunk.objects.create(run=run, at=now)
    batch = Batch.objects.create(
        id=first_batch(chunk, 0),
        shop_id=run.shop_id,
        run=run,
        channel=gateway.channel,
        gateway=gateway,
        revision=revision,
        state=State.WAITING,
        planned_at=now,
        not_before=now,
        turn=now - URGENT,
        size=1,
    )
    return Message.objects.create(
        id=first_message(chunk),
        shop_id=run.shop_id,
        batch=batch,
        subject_key=f"test:{run.pk}",
        address=address,
        variables=variables,
        url=url,
    )
