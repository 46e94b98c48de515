"""Taking hold of the batch whose turn it is."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from messaging.models import OPEN_STATES, Batch, RunState, State
from orders.models import Shop


def claim(*, now: datetime, shop: Shop | None = None, beside: Collection[int] = ()) -> Batch | None:
    """Lock the due batch whose turn is first, of one shop or all; None where nothing is due.

    A stopped shop and a run that is not open have none. `beside` are batches to pass over. Call it
    within a transaction: what another has locked is skipped (SQLite serialises writers instead).
    """
    fresh = Q(state=State.WAITING, not_before__lte=now)
    again = Q(state__in=OPEN_STATES, turn__lte=now)
    batches = Batch.objects.filter(
        (fresh & Q(payload=None)) | (again & ~Q(payload=None)),
        # Once more, for the index that holds the open ones alone.
        state__in=OPEN_STATES,
        run__state=RunState.OPEN,
        shop__sending__stopped_at=None,
    )
    if shop:
        batches = batches.filter(shop=shop)
    if beside:
        batches = batches.exclude(pk__in=beside)
    found: Batch | None = (
        batches.select_related("shop__sending", "run", "gateway", "revision__template")
        .select_for_update(skip_locked=True, of=("self",))
        .order_by("turn")
        .first()
    )
    return found
