"""Messages counted by what became of them, from the batches' own counters.

No message is read: a shop with ten million of them has some ten thousand batches.
"""

from django.db.models import Case, Expression, F, IntegerField, Q, Sum, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from messaging.models import COUNTERS, OPEN_STATES, State

# What has an end of its own is counted beside; the rest is as its batch is.
_AS_THE_BATCH = F("size") - sum((F(counter) for counter in COUNTERS.values()), Value(0))


def _sum(number: Combinable) -> Expression:
    return Coalesce(Sum(number, output_field=IntegerField()), 0)


def _count(states: Q, own: Combinable | None = None) -> Expression:
    """Messages of batches in these states, and those that `own` counts in any batch."""
    alike = Case(When(states, then=_AS_THE_BATCH), default=Value(0), output_field=IntegerField())
    return _sum(alike + own if own is not None else alike)


def counts() -> dict[str, Expression]:
    """For `.values(…).annotate(**counts())` or `.aggregate(**counts())` of batches."""
    return {
        "arrived": _count(Q(state__in=(State.SENT, State.DELIVERED)), F("sent") + F("delivered")),
        "waiting": _count(Q(state__in=OPEN_STATES)),
        "omitted": _count(Q(state=State.LEFT_OUT), F("left_out")),
        "lost": _count(Q(state=State.UNKNOWN), F("unknown")),
        "refused": _count(Q(state=State.FAILED), F("failed")),
    }
