"""Writing down what the provider said."""

import logging
from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from messaging.gateways import Answers, FrozenBatch
from messaging.members import leave_out_to_mend
from messaging.models import COUNTERS, Batch, Channel, Message, Outcome, Reason, State
from messaging.opt_outs import hear_news
from messaging.outcomes import News, record
from messaging.points import HELD, adjust
from messaging.splitting import split_off
from orders.people import forget_app_tokens

LONGEST_REFERENCE = 100  # as `Batch.provider_ref` is long
AGAIN_AFTER = timedelta(seconds=30)

logger = logging.getLogger(__name__)


def settle(
    frozen: FrozenBatch, answers: Answers, now: datetime, *, moment: datetime | None = None
) -> Counter[State]:
    """End a batch with the provider's answers; counts its messages by state.

    Idempotent: a batch that another worker has settled stays as it is, and counts nothing. What
    the provider did not take becomes a batch of its own, which waits from `moment` on as long as
    the provider asked.
    """
    alike = not (answers.exceptions or answers.again or answers.dead or frozen.paid)
    if alike and _settle_alike(frozen, answers, now):
        return Counter({answers.state: frozen.count})
    return _settle_apart(frozen, answers, now, moment or now)


def _settle_alike(frozen: FrozenBatch, answers: Answers, now: datetime) -> bool:
    """End a batch about whose messages the same was said, and nothing before: one statement."""
    nothing_before = {name: 0 for state, name in COUNTERS.items() if state != State.LEFT_OUT}
    batches = Batch.objects.filter(pk=frozen.id, key=frozen.key, state=State.SENDING)
    ended = batches.filter(**nothing_before).update(
        state=answers.state,
        settled_at=now,
        payload=None,
        provider_ref=answers.reference[:LONGEST_REFERENCE] or frozen.reference,
    )
    return bool(ended)


@transaction.atomic
def _settle_apart(
    frozen: FrozenBatch, answers: Answers, now: datetime, moment: datetime
) -> Counter[State]:
    """End a batch whose messages fared differently, or that was paid for."""
    batch = _still_sending(frozen)
    if batch is None:
        return Counter()
    again = answers.again & set(_untold(frozen)) if answers.again else frozenset()
    if again:
        until = moment + (answers.wait or AGAIN_AFTER)
        if len(again) == frozen.count:
            _thaw(batch, until)
            return Counter()
        split_off(batch, again, now=now, not_before=until)
    news = _reported_less(batch, answers, now) | _exceptions(frozen, answers, now)
    record(batch, news)
    words = {pk: each.reason for pk, each in news.items()}
    hear_news(batch, words, provider=frozen.provider, now=now)
    batch.state, batch.settled_at, batch.payload = answers.state, now, None
    batch.provider_ref = answers.reference[:LONGEST_REFERENCE] or batch.provider_ref
    adjust(batch, now, "settle")
    batch.save(
        update_fields=[
            *("state", "settled_at", "payload", "provider_ref"),
            *(*COUNTERS.values(), *HELD),
        ]
    )
    if answers.dead:
        _forget(batch, answers.dead)
    return _counts(batch)


def _forget(batch: Batch, dead: Collection[int]) -> None:
    """An app that is gone from its phone has a token no more; only push tells for certain."""
    if batch.channel == Channel.PUSH:
        gone = Message.objects.filter(batch=batch, pk__in=dead, customer__isnull=False)
        rows = list(gone.values_list("customer_id", "address"))
        forget_app_tokens([customer for customer, _ in rows], [token for _, token in rows])


def _reported_less(batch: Batch, answers: Answers, now: datetime) -> dict[int, News]:
    """The messages that a report came about before this answer, which says more of all."""
    less = Outcome.objects.filter(batch=batch, state__lt=answers.state).values_list("pk", flat=True)
    return dict.fromkeys(less, News(answers.state, "", now))


def _exceptions(frozen: FrozenBatch, answers: Answers, now: datetime) -> dict[int, News]:
    """The messages that differ from their batch.

    A provider may only speak of what it was given: not of others' messages, nor of those that were
    left out before.
    """
    differing = {
        pk: News(state, code, now)
        for pk, (state, code) in answers.exceptions.items()
        if state != answers.state
    }
    if not differing:
        return {}
    members = set(_members(frozen))
    foreign = differing.keys() - members
    if foreign:
        logger.error("batch %s: %s answers about other messages", frozen.id, len(foreign))
    return {pk: news for pk, news in differing.items() if pk in members}


def _members(frozen: FrozenBatch) -> QuerySet[Message, int]:
    """Those of the batch that were sent."""
    sent = Message.objects.filter(batch_id=frozen.id).exclude(outcome__state=State.LEFT_OUT)
    return sent.values_list("pk", flat=True)


def _untold(frozen: FrozenBatch) -> QuerySet[Message, int]:
    """Those of which nothing was reported: of the others the provider has taken up each."""
    return Message.objects.filter(batch_id=frozen.id, outcome=None).values_list("pk", flat=True)


def _counts(batch: Batch) -> Counter[State]:
    """What became of a settled batch's messages, those aside that were left out before."""
    own = {state: getattr(batch, name) for state, name in COUNTERS.items()}
    counts = Counter({State(batch.state): batch.size - sum(own.values())})
    counts.update({state: n for state, n in own.items() if state != State.LEFT_OUT})
    return +counts


def fail(frozen: FrozenBatch, code: str, now: datetime) -> Counter[State]:
    """End a batch that the provider refused for good; every message keeps the provider's word."""
    every = dict.fromkeys(_members(frozen), (State.FAILED, code))
    return settle(frozen, Answers(State.SENT, every), now)


@transaction.atomic
def put_back(frozen: FrozenBatch, *, attempt: int, until: datetime, in_doubt: bool) -> None:
    """Let a batch of which nothing was taken have another turn at `until`.

    Where an earlier answer was lost it stays in doubt: it is recovered, not simply sent again.
    """
    batch = _ours(frozen, attempt)
    if batch is None:
        return
    if in_doubt:
        batch.turn = until
        batch.save(update_fields=["turn"])
    else:
        _thaw(batch, until)


@transaction.atomic
def leave_behind(frozen: FrozenBatch, *, attempt: int, reason: Reason, now: datetime) -> int:
    """Leave a batch of which nothing was taken out for what can be mended; how many that were."""
    batch = _ours(frozen, attempt)
    if batch is None:
        return 0
    leave_out_to_mend(batch, reason, now)
    return frozen.count


@transaction.atomic
def send_anew(frozen: FrozenBatch, *, attempt: int, now: datetime) -> None:
    """Let a batch that its provider never received be sent as if for the first time.

    With the same bytes and key, so that it is still once should the lost request arrive after all;
    what the provider remembers begins now.
    """
    batch = _ours(frozen, attempt)
    if batch is not None:
        batch.frozen_at = now
        batch.state, batch.turn = State.WAITING, now
        batch.save(update_fields=["frozen_at", "state", "turn"])


def _thaw(batch: Batch, until: datetime) -> None:
    """Let a batch of which nothing was taken wait for its turn, and be decided anew then.

    By then somebody may have refused, a coupon may be used (F3, A7), the shop may have another
    provider. The points stay held for it.
    """
    batch.state, batch.turn = State.WAITING, until
    batch.payload = batch.key = batch.frozen_at = None
    batch.save(update_fields=["state", "turn", "payload", "key", "frozen_at"])


def _ours(frozen: FrozenBatch, attempt: int) -> Batch | None:
    """The batch, unless another worker has taken it up since or settled it."""
    batch = _still_sending(frozen)
    return batch if batch is not None and batch.attempt == attempt else None


def _still_sending(frozen: FrozenBatch) -> Batch | None:
    batches = Batch.objects.select_for_update().defer("payload")
    return batches.filter(pk=frozen.id, key=frozen.key, state=State.SENDING).first()
