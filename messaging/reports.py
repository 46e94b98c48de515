"""What providers report after they have taken a message: delivered, or failed after all.

Webhooks and polling lead here. News may be repeated, come in any order, and come before our own
request has been answered; of each message the latest state holds (`messaging.outcomes`).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from messaging.models import COUNTERS, Batch, Message, State
from messaging.outcomes import News, record


@dataclass(frozen=True, slots=True)
class Report:
    """A provider's word on one message: `code` says why it failed, `at` when that was known."""

    message: int
    state: State
    code: str
    at: datetime


def take_in(reports: Sequence[Report]) -> int:
    """Keep what was reported; returns how many reports are about no message that was sent.

    Each batch is a transaction, so that a long list holds nothing up.
    """
    batches = _batches([report.message for report in reports])
    by_batch: dict[int, dict[int, News]] = defaultdict(dict)
    for report in sorted(reports, key=lambda report: report.state):
        if report.message in batches:
            news = News(report.state, report.code, report.at)
            by_batch[batches[report.message]][report.message] = news
    strangers = sum(report.message not in batches for report in reports)
    for batch in sorted(by_batch):
        _keep(batch, by_batch[batch])
    return strangers


def _batches(messages: Sequence[int]) -> dict[int, int]:
    """The batches of those messages that have been handed over."""
    found = Message.objects.filter(pk__in=messages, batch__frozen_at__isnull=False)
    return dict(found.exclude(outcome__state=State.LEFT_OUT).values_list("pk", "batch_id"))


@transaction.atomic
def _keep(pk: int, news: Mapping[int, News]) -> None:
    batch = Batch.objects.select_for_update().defer("payload").get(pk=pk)
    record(batch, news)
    batch.save(update_fields=[*COUNTERS.values()])
