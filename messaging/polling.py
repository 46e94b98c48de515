"""Asking providers for news that they don't bring by themselves.

What is found goes the way of a webhook's reports, so it may be asked for twice, in any order, and
before our own request has been answered. A gateway that can't be asked holds no other up.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from time import monotonic

from django.db.models import F, Q, QuerySet

from messaging.accounts import refused_if_unreadable
from messaging.checking import where, without_secrets
from messaging.gateways import PROVIDERS, BatchPoller, GatewayError, PeriodPoller, Posted, Report
from messaging.incoming import receive
from messaging.models import Batch, Gateway, Message, State

# News may come for three days (NHN's 3005); after that nobody asks any more.
NEWS_FOR = timedelta(days=4)
# What a provider lists late is found by asking a little back.
OVERLAP = timedelta(minutes=10)
# The longest period that one question covers, and all of a gateway's questions in one round.
PART, SPAN = timedelta(hours=1), timedelta(days=1)
# How often a batch is asked about, by how long ago it was handed over.
PACES = (
    (timedelta(minutes=10), timedelta(minutes=1)),
    (timedelta(hours=3), timedelta(minutes=10)),
    (NEWS_FOR, timedelta(hours=1)),
)
BATCHES = 50  # of a gateway in one round
MOST_FAILURES = 3  # in a row, and the gateway's other batches wait for the next round

logger = logging.getLogger(__name__)


def poll_due(now: datetime, budget: timedelta) -> int:
    """Ask every provider that can be asked; returns how many reports came.

    Begins nothing once `budget` of real time has passed. Who was asked longest ago comes first.
    """
    ends = monotonic() + budget.total_seconds()
    names = [n for n, p in PROVIDERS.items() if isinstance(p, PeriodPoller | BatchPoller)]
    awake = Q(rests_until=None) | Q(rests_until__lte=now)
    gateways = Gateway.objects.filter(awake, provider__in=names).select_related("shop")
    received = 0
    for gateway in gateways.order_by(F("polled_through").asc(nulls_first=True), "pk"):
        if monotonic() >= ends:
            break
        received += _poll(gateway, now, ends)
    return received


def _poll(gateway: Gateway, now: datetime, ends: float) -> int:
    provider = PROVIDERS[gateway.provider]
    if not _out(gateway, now).exists():
        return 0
    if isinstance(provider, PeriodPoller):
        return _poll_period(gateway, provider, now, ends)
    assert isinstance(provider, BatchPoller)  # noqa: S101 - one or the other was asked for
    return _poll_batches(gateway, provider, now, ends)


def _out(gateway: Gateway, now: datetime) -> QuerySet[Batch]:
    """Batches that this account was handed and of which more may become known."""
    ended = F("failed") + F("delivered") + F("left_out")
    found: QuerySet[Batch] = Batch.objects.for_shop(gateway.shop).filter(
        gateway=gateway,
        state__in=(State.SENDING, State.SENT, State.UNKNOWN),
        frozen_at__gte=max(now - NEWS_FOR, gateway.connected_at or now - NEWS_FOR),
        size__gt=ended,
    )
    return found


def _poll_period(gateway: Gateway, provider: PeriodPoller, now: datetime, ends: float) -> int:
    """Ask for the time since the last answer, part by part.

    Only what was taken in counts as asked.
    """
    since, received = _begins(gateway, now), 0
    until = min(now, since + SPAN)
    while since < until and monotonic() < ends:
        part = min(until, since + PART)
        question = partial(_news, gateway, provider, since, part)
        answer = _asked(gateway, question, now)
        if answer is None:
            break
        received += answer
        _move(gateway, part)
        since = part
    return received


def _news(
    gateway: Gateway, provider: PeriodPoller, since: datetime, until: datetime
) -> Iterable[Report]:
    return provider.poll(gateway.account, since, until)


def _begins(gateway: Gateway, now: datetime) -> datetime:
    """Since when the gateway's provider may know something that we don't."""
    begins = now - NEWS_FOR
    if gateway.connected_at:
        begins = max(begins, gateway.connected_at)
    if gateway.polled_through:
        begins = max(begins, gateway.polled_through - OVERLAP)
    return begins


def _poll_batches(gateway: Gateway, provider: BatchPoller, now: datetime, ends: float) -> int:
    """Ask about the batches whose turn it is, the one that has waited longest first."""
    received = failures = 0
    through = gateway.polled_through
    for n, (turn, batch) in enumerate(_due(gateway, now)):
        if n == BATCHES or failures == MOST_FAILURES or monotonic() >= ends:
            break
        question = partial(_news_of_batch, gateway, provider, batch)
        answer = _asked(gateway, question, now)
        failures = failures + 1 if answer is None else 0
        received += answer or 0
        through = turn
    else:
        through = now
    if through:
        _move(gateway, through)
    return received


def _news_of_batch(gateway: Gateway, provider: BatchPoller, batch: Batch) -> Iterable[Report]:
    return provider.poll_batch(gateway.account, _posted(batch))


def _due(gateway: Gateway, now: datetime) -> list[tuple[datetime, Batch]]:
    """Batches to ask after, and since when it has been their turn."""
    batches = _out(gateway, now).filter(state=State.SENT, settled_at__lte=now).defer("payload")
    turns = [(_turn(batch, gateway.polled_through), batch) for batch in batches.order_by("pk")]
    return sorted((one for one in turns if one[0] <= now), key=lambda one: one[0])


def _turn(batch: Batch, asked: datetime | None) -> datetime:
    """The first moment after the last question at which this batch should be asked after.

    No two batches of a gateway have the same, so that each comes before the others at times.
    """
    assert batch.settled_at  # noqa: S101 - what was sent was settled
    first = batch.settled_at + timedelta(microseconds=batch.pk % 999_983)
    if asked is None or asked < first:
        return first
    age = asked - first
    pace = next((pace for until, pace in PACES if age < until), PACES[-1][1])
    return first + (age // pace + 1) * pace


def _posted(batch: Batch) -> Posted:
    """The batch as its provider may know it."""
    assert batch.key and batch.frozen_at  # noqa: S101 - what was sent was frozen
    sent = Message.objects.filter(batch=batch).exclude(outcome__state=State.LEFT_OUT)
    by_address: dict[str, list[int]] = defaultdict(list)
    for pk, address in sent.order_by("pk").values_list("pk", "address"):
        by_address[address].append(pk)
    return Posted(batch.key, batch.provider_ref, batch.frozen_at, by_address)


def _asked(gateway: Gateway, question: Callable[[], Iterable[Report]], now: datetime) -> int | None:
    """How many reports came; None where the provider could not be asked."""
    try:
        with refused_if_unreadable():
            return receive(gateway, question(), now=now)
    except GatewayError as error:
        word = without_secrets(error.code, PROVIDERS[gateway.provider], gateway.account)
        logger.warning("gateway %s can't be asked for news: %s", gateway.pk, word)
    except Exception as error:
        # Its words may tell a key: an address that was asked holds one.
        logger.error("gateway %s: asking for news stumbled: %s", gateway.pk, where(error))
    return None


def _move(gateway: Gateway, through: datetime) -> None:
    """Remember how far it was asked, unless another worker is further or it is another's now."""
    behind = Q(polled_through=None) | Q(polled_through__lt=through)
    same = Gateway.objects.filter(pk=gateway.pk, provider=gateway.provider)
    same.filter(behind, connected_at=gateway.connected_at).update(polled_through=through)
