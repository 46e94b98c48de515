"""Who may get a message: one database expression, wherever the question is asked.

Forecast (count by verdict), planning (insert with verdict), freezing (verdict over a batch) and
"why did this person not get it?" (verdict of one) use the same expression, so they can't disagree.
"""

from collections.abc import Mapping

from django.db.models import Case, CharField, Q, Value, When

from messaging.models import Reason

# What can be mended, so that it is worth deciding again (A3).
MENDABLE = (Reason.NO_ADDRESS, Reason.NO_GRANT_BASIS, Reason.NO_GATEWAY, Reason.NO_TEMPLATE)


def verdict(reasons: Mapping[Reason, Q]) -> Case:
    """The first reason that holds, in the vocabulary's order; "" for who may get the message.

    For rows with a `customer`; `reasons` are the caller's own conditions beside those that hold
    for everybody.
    """
    conditions = {Reason.NO_ADDRESS: Q(customer__phone=""), **reasons}
    return Case(
        *(
            When(conditions[reason], then=Value(reason.value))
            for reason in Reason
            if reason in conditions
        ),
        default=Value(""),
        output_field=CharField(max_length=20),
    )
