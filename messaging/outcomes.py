"""What became of single messages, kept once, whatever order the news comes in.

A message has at most one outcome of its own; a later state wins over an earlier one by its value
(`State`), so that news may be repeated, overtake each other, or come before our own request has
been answered. A batch's row is locked while its outcomes change: its counters count them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from messaging.models import COUNTERS, Batch, Outcome, State

LONGEST_REASON = 40  # as `Outcome.reason` is long


@dataclass(frozen=True, slots=True)
class News:
    """What a provider says about a message: its state, its word for why, and since when."""

    state: State
    reason: str
    at: datetime


def record(batch: Batch, news: Mapping[int, News]) -> set[int]:
    """Keep what was said about the locked batch's messages, and count it on the batch.

    What the batch's own state says already, or says better, becomes no outcome. What was left out
    was never sent, so nothing can be said about it. Sets the batch's counters; the caller saves
    them. Returns the messages of which this was news.
    """
    known = {
        outcome.pk: outcome for outcome in Outcome.objects.filter(batch=batch, pk__in=list(news))
    }
    fresh = [pk for pk in news if pk not in known and news[pk].state > batch.state]
    later = [pk for pk, outcome in known.items() if outcome.state < news[pk].state]
    Outcome.objects.bulk_create(_outcome(pk, batch, news[pk]) for pk in fresh)
    Outcome.objects.bulk_update(
        [_outcome(pk, batch, news[pk]) for pk in later], ["state", "reason", "at"], batch_size=500
    )
    for pk in later:
        _count(batch, State(known[pk].state), -1)
    for pk in (*fresh, *later):
        _count(batch, news[pk].state, 1)
    return {*fresh, *later}


def _outcome(pk: int, batch: Batch, news: News) -> Outcome:
    return Outcome(
        message_id=pk,
        batch=batch,
        state=news.state,
        # What no database keeps must not cost the others of the batch their news.
        reason="".join(filter(str.isprintable, news.reason))[:LONGEST_REASON],
        at=news.at,
    )


def _count(batch: Batch, state: State, change: int) -> None:
    counter = COUNTERS[state]
    setattr(batch, counter, getattr(batch, counter) + change)
