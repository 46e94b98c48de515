"""The points ledger as the shop reads it (F5): newest first, a page at a time."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet, Sum
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from messaging.models import PointsEntry, PointsKind
from messaging.rows import page_url
from orders.models import Shop

PAGE_SIZE = 50
WORDS: dict[PointsKind, str | Promise] = {
    PointsKind.RECHARGE: gettext_lazy("Recharged"),
    PointsKind.CORRECTION: gettext_lazy("Corrected by staff"),
    PointsKind.RESERVE: gettext_lazy("Set aside before sending"),
    PointsKind.SETTLE: gettext_lazy("Settled by what was sent"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as the list shows it; `url` leads to what its messages belong to."""

    entry: PointsEntry
    words: str
    about: str
    url: str
    is_test: bool

    @classmethod
    def of(cls, entry: PointsEntry) -> "Line":
        """The line of an entry that was loaded with its batch's run."""
        run = entry.batch.run if entry.batch else None
        return cls(
            entry=entry,
            words=str(WORDS[PointsKind(entry.kind)]),
            about=_(run.label) if run else entry.note,
            url=page_url(run.page) if run else "",
            is_test=bool(run and run.is_test),
        )


@dataclass(frozen=True, slots=True)
class Page:
    """Lines, newest first, and the entries beyond which the neighbouring pages begin."""

    lines: list[Line]
    newer: int | None
    older: int | None


def find_page(
    *, shop: Shop, older: int | None = None, newer: int | None = None, size: int = PAGE_SIZE
) -> Page:
    """The page of entries older than this one, or newer; where less than a page is, the newest.

    One query, or two.
    """
    if newer is not None and older is None:
        rows = list(_entries(shop).filter(pk__gt=newer).order_by("pk")[: size + 1])
        if len(rows) > size:
            return _page(rows[size - 1 :: -1], newer=True, older=True)
    found = _entries(shop) if older is None else _entries(shop).filter(pk__lt=older)
    rows = list(found.order_by("-pk")[: size + 1])
    return _page(rows[:size], newer=bool(rows) and older is not None, older=len(rows) > size)


def _entries(shop: Shop) -> QuerySet[PointsEntry]:
    """With what a line shows, and no more of the batch."""
    entries = PointsEntry.objects.for_shop(shop).select_related("batch__run")
    shown: QuerySet[PointsEntry] = entries.defer("batch__payload")
    return shown


def _page(rows: list[PointsEntry], *, newer: bool, older: bool) -> Page:
    return Page(
        lines=[Line.of(row) for row in rows],
        newer=rows[0].pk if newer else None,
        older=rows[-1].pk if older else None,
    )


def spent_this_month(shop: Shop, now: datetime) -> int:
    """What was spent since the month began in the active zone; what came back is taken off."""
    since = timezone.localtime(now).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    entries = PointsEntry.objects.for_shop(shop).filter(at__gte=since)
    return int(entries.aggregate(sum=Sum("spent", default=0))["sum"])
