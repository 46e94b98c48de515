"""Writing messages: a run's decided drafts become batches and rows, once.

Whoever plans stages `Draft`, fills it with one SELECT, and calls `write` in the same transaction.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    Exists,
    Expression,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from messaging.gateways import connect
from messaging.models import (
    Batch,
    Channel,
    Chunk,
    Draft,
    Gateway,
    Message,
    Outcome,
    PastReason,
    Reason,
    Run,
    State,
    TemplateRevision,
)
from messaging.staging import insert_select

MESSAGES_A_CHUNK = 10**6
BATCHES_A_CLASS = 10**5
CLASSES_A_CHUNK = 10**4
# A run's n-th batch has its turn this much later than the one before: fair between shops.
TURN_STEP = timedelta(seconds=1)
# What a person waits for goes before what a clock has planned.
URGENT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class BatchClass:
    """Drafts that may share batches, and the ids that theirs begin with."""

    revision_id: int | None
    gateway_id: int | None
    reason: str
    count: int
    first_number: int
    first_batch: int
    batch_size: int

    @property
    def condition(self) -> Q:
        """Which drafts are of this class."""
        return Q(revision_id=self.revision_id, reason=self.reason)

    @property
    def sizes(self) -> list[int]:
        """The number of messages in each of its batches."""
        full, rest = divmod(self.count, self.batch_size)
        return [self.batch_size] * full + ([rest] if rest else [])


def message_id(chunk: Chunk, number: str) -> Expression:
    """The id of the new message with that number in its chunk (`messaging.models.batches`)."""
    return Value(chunk.pk * MESSAGES_A_CHUNK, output_field=BigIntegerField()) + F(number)


def reword() -> None:
    """Give left-out messages that stay as they are the content of their drafts."""
    staying = Draft.objects.filter(stays=True)
    if staying.exists():
        Message.objects.filter(pk__in=staying.values("existing_id")).update(**_content(staying))


def has_work() -> bool:
    """Whether any staged draft is to be written by `write`."""
    return _to_write().exists()


def _to_write() -> QuerySet[Draft]:
    return Draft.objects.filter(stays=False)


def _content(drafts: QuerySet[Draft]) -> dict[str, Subquery]:
    """What a message says and to whom, from its draft."""
    draft = drafts.filter(existing_id=OuterRef("pk"))
    return {name: Subquery(draft.values(name)[:1]) for name in ("variables", "address", "url")}


def write(*, chunk: Chunk, channel: Channel, now: datetime, not_before: datetime) -> Counter[str]:
    """Turn the staged drafts into batches and messages; counts them by reason ("": planned).

    A draft with an `existing` message moves that message instead of making one (A3), and what it
    was left out for is kept as a past reason (F2).
    """
    classes = _classes(chunk)
    _create_batches(chunk.run, channel, classes, now, not_before)
    batch_id = _batch_id(classes)
    insert_select(
        Message,
        _to_write().filter(existing=None),
        {
            "id": message_id(chunk, "number"),
            "shop": Value(chunk.run.shop_id),
            "customer": "customer_id",
            "batch": batch_id,
            "subject_key": "subject_key",
            "address": "address",
            "variables": "variables",
            "url": "url",
        },
    )
    _move_existing(batch_id, now)
    counts: Counter[str] = Counter()
    for cls in classes:
        counts[cls.reason] += cls.count
    return counts


def _classes(chunk: Chunk) -> list[BatchClass]:
    rows = (
        _to_write()
        .values("revision_id", "gateway_id", "gateway__provider", "reason")
        .annotate(count=Count("*"), first=Min("number"))
        .order_by("first")
    )
    return [
        BatchClass(
            revision_id=row["revision_id"],
            gateway_id=row["gateway_id"],
            reason=row["reason"],
            count=row["count"],
            first_number=row["first"],
            first_batch=(chunk.pk * CLASSES_A_CHUNK + index) * BATCHES_A_CLASS,
            # What is left out is dealt with by nobody, so its batch has no size to keep to.
            batch_size=(
                MESSAGES_A_CHUNK if row["reason"] else connect(row["gateway__provider"]).batch_size
            ),
        )
        for index, row in enumerate(rows)
    ]


def _create_batches(
    run: Run,
    channel: Channel,
    classes: Iterable[BatchClass],
    now: datetime,
    not_before: datetime,
) -> None:
    Batch.objects.bulk_create(
        (
            Batch(
                id=cls.first_batch + n,
                shop_id=run.shop_id,
                run=run,
                channel=channel,
                gateway_id=cls.gateway_id,
                revision_id=cls.revision_id,
                state=State.LEFT_OUT if cls.reason else State.WAITING,
                reason=cls.reason,
                planned_at=now,
                size=size,
                not_before=None if cls.reason else not_before,
                turn=None if cls.reason else not_before + n * TURN_STEP,
            )
            for cls in classes
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


def _move_existing(batch_id: Expression, now: datetime) -> None:
    moving = _to_write().exclude(existing=None)
    if not moving.exists():
        return
    messages = Message.objects.filter(pk__in=moving.values("existing_id"))
    leave_batches(messages, now)
    draft = moving.filter(existing_id=OuterRef("pk"))
    batch = Subquery(draft.annotate(to=batch_id).values("to")[:1])
    messages.update(batch_id=batch, **_content(moving))


def leave_batches(messages: QuerySet[Message], now: datetime) -> None:
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


def join(*, chunk: Chunk, channel: Channel, pairs: dict[int, int], now: datetime) -> None:
    """Let left-out messages point to the ones they were joined with (A3): {message: joined}."""
    if not pairs:
        return
    messages = Message.objects.filter(pk__in=pairs)
    leave_batches(messages, now)
    # The last class of the chunk; `_classes` counts from the first.
    pk = (chunk.pk * CLASSES_A_CHUNK + CLASSES_A_CHUNK - 1) * BATCHES_A_CLASS
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
        id=chunk.pk * CLASSES_A_CHUNK * BATCHES_A_CLASS,
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
        id=chunk.pk * MESSAGES_A_CHUNK,
        shop_id=run.shop_id,
        batch=batch,
        subject_key=f"test:{run.pk}",
        address=address,
        variables=variables,
        url=url,
    )
