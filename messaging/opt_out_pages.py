"""The list of refusals, newest first, a page at a time."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from messaging.models import Channel, OptOut
from messaging.opt_outs import mask_address
from orders.models import Shop

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class OptOutRow:
    """A refusal as the list shows it, masked (F9)."""

    opt_out: OptOut
    address: str


@dataclass(frozen=True, slots=True)
class OptOutPage:
    """Rows, and the keys that the neighbouring pages begin beyond (None: none)."""

    rows: list[OptOutRow]
    after: int | None
    before: int | None


def find_page(
    *,
    shop: Shop,
    address: tuple[Channel, str] | None = None,
    after: int | None = None,
    before: int | None = None,
    size: int = PAGE_SIZE,
) -> OptOutPage:
    """A page of refusals beyond one of them; `address` is what was looked for. Two queries."""
    found: QuerySet[OptOut] = OptOut.objects.for_shop(shop)
    place = found.filter(pk=after or before or 0).first()
    if address:
        found = found.filter(channel=address[0], address=address[1])
    if place is not None and not after:
        newer = found.filter(Q(at__gt=place.at) | Q(at=place.at, pk__gt=place.pk))
        rows = list(newer.order_by("at", "pk")[: size + 1])
        if len(rows) > size:
            rows = rows[:size][::-1]
            return OptOutPage(_shown(rows), after=rows[-1].pk, before=rows[0].pk)
        place = None
    if place is not None:
        found = found.filter(Q(at__lt=place.at) | Q(at=place.at, pk__lt=place.pk))
    rows = list(found.order_by("-at", "-pk")[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    before = None if place is None else (rows[0].pk if rows else after)
    return OptOutPage(_shown(rows), after=rows[-1].pk if more else None, before=before)


def _shown(rows: list[OptOut]) -> list[OptOutRow]:
    return [OptOutRow(row, mask_address(Channel(row.channel), row.address)) for row in rows]
