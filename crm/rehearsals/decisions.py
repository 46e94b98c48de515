"""Decisions as rows: what a tick planned, what it left out, and what sending then dropped."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q, QuerySet

from crm.models import CouponNotice
from messaging.models import Message, Outcome, State
from orders.models import Shop

ROWS_A_QUERY = 1000


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision about one message; `about` names the issue codes in the bundle's order."""

    at: datetime
    kind: str
    customer: str
    channel: str
    state: str
    reason: str
    not_before: datetime | None
    about: tuple[str, ...]


def decisions_of_tick(shop: Shop, at: datetime) -> Iterator[Decision]:
    """What the tick at `at` decided: each message that is new or decided otherwise than before."""
    messages = Message.objects.filter(
        shop=shop, batch__run__as_of=at, batch__run__is_test=False, joined=None
    )
    for message, about in _with_codes(messages):
        batch = message.batch
        left_out = batch.state == State.LEFT_OUT
        yield Decision(
            at=at,
            kind=batch.run.kind,
            customer=message.customer.mall_id if message.customer else "",
            channel=batch.channel,
            state="left_out" if left_out else "planned",
            reason=batch.reason,
            not_before=batch.not_before,
            about=about,
        )


def drops_at(shop: Shop, at: datetime) -> Iterator[Decision]:
    """The planned messages that were left out when their time to be sent came, at `at`."""
    late = Outcome.objects.filter(state=State.LEFT_OUT, at=at).values("message_id")
    whole = Q(batch__state=State.LEFT_OUT, batch__settled_at=at)
    messages = Message.objects.filter(whole | Q(pk__in=late), shop=shop)
    for message, about in _with_codes(messages.select_related("outcome")):
        outcome = getattr(message, "outcome", None)
        yield Decision(
            at=at,
            kind=message.batch.run.kind,
            customer=message.customer.mall_id if message.customer else "",
            channel=message.batch.channel,
            state="left_out",
            reason=outcome.reason if outcome else message.batch.reason,
            not_before=message.batch.not_before,
            about=about,
        )


def _with_codes(
    messages: QuerySet[Message],
) -> Iterator[tuple[Message, tuple[str, ...]]]:
    rows = messages.select_related("batch__run", "customer").order_by("pk")
    last = 0
    while page := list(rows.filter(pk__gt=last)[:ROWS_A_QUERY]):
        codes = _codes([message.pk for message in page])
        yield from ((message, tuple(codes[message.pk])) for message in page)
        last = page[-1].pk


def _codes(messages: list[int]) -> dict[int, list[str]]:
    """The issue codes of each message's coupons, in the bundle's order (A5)."""
    notices = CouponNotice.objects.filter(message_id__in=messages).order_by(
        F("issued__expires_at").asc(nulls_last=True), "issued__issued_at", "issued__code"
    )
    codes: dict[int, list[str]] = defaultdict(list)
    for message, code in notices.values_list("message_id", "issued__code"):
        codes[message].append(code)
    return codes
