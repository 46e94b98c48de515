"""Taking hold of the batch whose turn it is."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet

from messaging.models import OPEN_STATES, SENDING, Batch, RunState, State
from orders.models import Shop

# How many batches of a gateway a worker has under way: more would crowd out other shops' gateways,
# and more than these its crash never leaves in doubt.
IN_FLIGHT = 4


def claim(
    *,
    now: datetime,
    shop: Shop | None = None,
    beside: Collection[int] = (),
    flying: Counter[int] | None = None,
) -> Batch | None:
    """Lock the due batch whose turn is first, of one shop or all; None where nothing is due.

    `beside` are batches to pass over, `flying` counts the worker's own by gateway. A stopped shop
    has nothing due, nor a paused run, nor a gateway that rests (`messaging.breaker`). Of a stopped
    run is due what its provider was handed, and what still waits: it came too late for the stop to
    find it, and is to be left out.
    Call it within a transaction: what another has locked is skipped (SQLite serialises writers
    instead).
    """
    full = [gateway for gateway, count in (flying or {}).items() if count >= IN_FLIGHT]
    batches = _due(now).exclude(pk__in=beside).exclude(gateway__in=full)
    if shop:
        batches = batches.filter(shop=shop)
    found: Batch | None = (
        batches.select_related("shop__sending", "run", "gateway", "revision__template")
        .select_for_update(skip_locked=True, of=("self",))
        .order_by("turn")
        .first()
    )
    return found


def _due(now: datetime) -> QuerySet[Batch]:
    fresh = Q(state=State.WAITING, tried_since=None, not_before__lte=now)
    tried_before = Q(state=State.WAITING, tried_since__isnull=False, turn__lte=now)
    in_doubt = Q(state=State.SENDING, turn__lte=now)
    is_open = Q(run__state=RunState.OPEN)
    stopped = Q(run__state=RunState.STOPPED)
    resting = Q(gateway__rests_until__gt=now)
    due: QuerySet[Batch] = Batch.objects.filter(
        ((fresh | tried_before | in_doubt) & is_open & ~resting)
        | ((Q(state=State.WAITING) | in_doubt) & stopped),
        # Once more, for the index that holds the open ones alone.
        SENDING,
        state__in=OPEN_STATES,
    )
    return due
