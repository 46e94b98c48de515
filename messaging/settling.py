"""Writing down what the provider said."""

from collections import Counter
from datetime import datetime

from django.db import transaction

from messaging.gateways import Answers, FrozenBatch
from messaging.models import Batch, Message, Outcome, State

_COUNTERS = {State.UNKNOWN: "unknown", State.FAILED: "failed", State.DELIVERED: "delivered"}


@transaction.atomic
def settle(frozen: FrozenBatch, answers: Answers, now: datetime) -> Counter[State]:
    """End a batch with the provider's answers; counts its messages by state.

    Idempotent: a batch that another worker has settled stays as it is, and counts nothing.
    """
    batch = _still_sending(frozen)
    if batch is None:
        return Counter()
    exceptions = {
        pk: (state, code)
        for pk, (state, code) in answers.exceptions.items()
        if state != answers.state
    }
    Outcome.objects.bulk_create(
        Outcome(message_id=pk, batch=batch, state=state, reason=code[:40], at=now)
        for pk, (state, code) in exceptions.items()
    )
    counts = Counter(state for state, _code in exceptions.values())
    for state, counter in _COUNTERS.items():
        setattr(batch, counter, getattr(batch, counter) + counts[state])
    batch.state, batch.settled_at, batch.payload = answers.state, now, None
    batch.provider_ref = answers.reference or batch.provider_ref
    batch.save(
        update_fields=["state", "settled_at", "payload", "provider_ref", *_COUNTERS.values()]
    )
    counts[answers.state] += batch.size - batch.left_out - len(exceptions)
    return counts


def fail(frozen: FrozenBatch, code: str, now: datetime) -> Counter[State]:
    """End a batch that the provider refused for good; every message keeps the provider's word."""
    members = Message.objects.filter(batch_id=frozen.id, outcome=None).values_list("pk", flat=True)
    return settle(frozen, Answers(State.SENT, dict.fromkeys(members, (State.FAILED, code))), now)


@transaction.atomic
def put_back(frozen: FrozenBatch, *, attempt: int, until: datetime, in_doubt: bool) -> None:
    """Let a batch have another turn at `until`, with the same bytes and key.

    Where an earlier answer was lost it stays in doubt: it is recovered, not simply sent again.
    A worker whose batch another has taken up since changes nothing.
    """
    batch = _still_sending(frozen)
    if batch is not None and batch.attempt == attempt:
        batch.state = State.SENDING if in_doubt else State.WAITING
        batch.turn = until
        batch.save(update_fields=["state", "turn"])


def _still_sending(frozen: FrozenBatch) -> Batch | None:
    return (
        Batch.objects.select_for_update()
        .filter(pk=frozen.id, key=frozen.key, state=State.SENDING)
        .first()
    )
