"""Writing down what the provider said."""

import logging
from collections import Counter
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from messaging.gateways import Answers, FrozenBatch
from messaging.models import COUNTERS, Batch, Message, Outcome, State

LONGEST_REFERENCE = 100  # as `Batch.provider_ref` is long

logger = logging.getLogger(__name__)

# State and the provider's word, by message.
Exceptions = dict[int, tuple[State, str]]


@transaction.atomic
def settle(frozen: FrozenBatch, answers: Answers, now: datetime) -> Counter[State]:
    """End a batch with the provider's answers; counts its messages by state.

    Idempotent: a batch that another worker has settled stays as it is, and counts nothing.
    """
    batch = _still_sending(frozen)
    if batch is None:
        return Counter()
    exceptions = _exceptions(frozen, answers)
    Outcome.objects.bulk_create(
        Outcome(message_id=pk, batch=batch, state=state, reason=code[:40], at=now)
        for pk, (state, code) in exceptions.items()
    )
    counts = Counter(state for state, _code in exceptions.values())
    for state, counter in COUNTERS.items():
        setattr(batch, counter, getattr(batch, counter) + counts[state])
    batch.state, batch.settled_at, batch.payload = answers.state, now, None
    batch.provider_ref = answers.reference[:LONGEST_REFERENCE] or batch.provider_ref
    batch.save(update_fields=["state", "settled_at", "payload", "provider_ref", *COUNTERS.values()])
    counts[answers.state] += batch.size - batch.left_out - len(exceptions)
    return counts


def _exceptions(frozen: FrozenBatch, answers: Answers) -> Exceptions:
    """The messages that differ from their batch.

    A provider may only speak of what it was given: not of others' messages, nor of those that were
    left out before.
    """
    differing = {pk: said for pk, said in answers.exceptions.items() if said[0] != answers.state}
    if not differing:
        return {}
    members = set(_members(frozen))
    foreign = differing.keys() - members
    if foreign:
        logger.error("batch %s: %s answers about other messages", frozen.id, len(foreign))
    return {pk: said for pk, said in differing.items() if pk in members}


def _members(frozen: FrozenBatch) -> QuerySet[Message, int]:
    """Those of the batch that were sent."""
    return Message.objects.filter(batch_id=frozen.id, outcome=None).values_list("pk", flat=True)


def fail(frozen: FrozenBatch, code: str, now: datetime) -> Counter[State]:
    """End a batch that the provider refused for good; every message keeps the provider's word."""
    every = dict.fromkeys(_members(frozen), (State.FAILED, code))
    return settle(frozen, Answers(State.SENT, every), now)


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
