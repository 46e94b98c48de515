"""What providers report after they have taken a message: delivered, or failed after all.

Webhooks and polling lead here. News may be repeated, come in any order, and come before our own
request has been answered; of each message the latest state holds (`messaging.outcomes`).
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from messaging.gateways import Report
from messaging.models import COUNTERS, Batch, Gateway, Message, State
from messaging.opt_outs import hear_news
from messaging.outcomes import News, record
from messaging.points import HELD, adjust


def take_in(reports: Sequence[Report], *, gateway: Gateway, now: datetime) -> int:
    """Keep what `gateway`'s provider reported; returns how many reports are strangers.

    Those are about no message that was sent through this gateway: an account has no say in another
    shop's messages (F10). Nor does a report count that names another batch: others who send with
    the account may number their messages alike. Each batch is a transaction, so that a long list
    holds nothing up.
    """
    batches = _batches([report.message for report in reports], gateway)
    by_batch: dict[int, list[Report]] = defaultdict(list)
    for report in reports:
        batch, key = batches.get(report.message, (None, None))
        if batch and (key is None or report.key in ("", str(key))):
            by_batch[batch].append(report)
    kept = sum(
        len(by_batch[pk]) for pk in sorted(by_batch) if _keep(pk, by_batch[pk], gateway, now)
    )
    return len(reports) - kept


def _batches(messages: Sequence[int], gateway: Gateway) -> dict[int, tuple[int, UUID | None]]:
    """The batches of those messages that have been handed over, and their keys.

    One that waits to be handed over anew has none.
    """
    found = Message.objects.filter(
        Q(batch__frozen_at__isnull=False) | Q(batch__tried_since__isnull=False),
        pk__in=messages,
        batch__gateway=gateway,
    )
    told = found.exclude(outcome__state=State.LEFT_OUT)
    return {pk: (batch, key) for pk, batch, key in told.values_list("pk", "batch_id", "batch__key")}


@transaction.atomic
def _keep(pk: int, reports: Sequence[Report], gateway: Gateway, now: datetime) -> bool:
    """Whether the batch is still there: a shop may be deleted meanwhile."""
    batch = Batch.objects.select_for_update().defer("payload").filter(pk=pk).first()
    if batch is None:
        return False
    ranked = sorted(reports, key=lambda report: report.state)
    latest = {each.message: each for each in ranked}
    news = record(batch, {pk: News(each.state, each.code, each.at) for pk, each in latest.items()})
    if news:
        words = {pk: latest[pk].code for pk in news}
        hear_news(batch, words, provider=gateway.provider, now=now)
        arrived = [latest[pk] for pk in news if latest[pk].state == State.DELIVERED]
        batch.fell_back += sum(each.fell_back for each in arrived)
        adjust(batch, now)
        batch.save(update_fields=[*COUNTERS.values(), "fell_back", *HELD])
    return True
