"""Reading the list of who refused advertising by the 080 number (F3).

One number a line, or the column of a CSV file whose heading speaks of numbers (the first, without
a heading). A bad row costs itself; a list that is too long is refused whole.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from messaging.models import Channel, OptOut, OptOutSource
from messaging.opt_outs import end_consents
from orders.imports.rows import Refusal, Unusable
from orders.models import Customer, Shop
from orders.phones import normalise_phone

MOST_ROWS = 100_000
MOST_BYTES = 10_000_000
_ROWS = 500  # a statement
_HEADINGS = ("번호", "전화", "number", "phone", "tel")


@dataclass(slots=True)
class Imported:
    """What a list held: rows, numbers that were new and that had refused before, bad rows."""

    rows_read: int = 0
    added: int = 0
    known: int = 0
    consents_ended: int = 0
    refused: list[Refusal] = field(default_factory=list)


def read_lines(raw: bytes) -> list[str]:
    """The lines of a file as UTF-8 or, as Korean spreadsheets save it, CP949.

    Raises `Unusable` for one that is too large, or neither.
    """
    if len(raw) > MOST_BYTES:
        raise Unusable(_("The file is larger than %(most)s MB.") % {"most": MOST_BYTES // 10**6})
    for encoding in ("utf-8-sig", "cp949"):
        try:
            return raw.decode(encoding).splitlines()
        except UnicodeDecodeError:
            continue
    raise Unusable(_("The file is no text: save it as CSV or TXT."))


def import_numbers(
    *, shop: Shop, lines: Iterable[str], source: OptOutSource, now: datetime
) -> Imported:
    """Note that these numbers refuse advertising by text, and end their customers' consents.

    Again it changes nothing. Raises `Unusable` for more than `MOST_ROWS` rows; nothing is kept
    then. A number that had refused before and has agreed since refuses again: a list does not say
    when.
    """
    told = Imported()
    numbers = list(dict.fromkeys(_numbers(lines, shop, told)))
    known = _known(shop, numbers)
    new = [
        OptOut(shop=shop, channel=Channel.TEXT, address=number, at=now, source=source)
        for number in numbers
        if number not in known
    ]
    OptOut.objects.bulk_create(new, batch_size=_ROWS, ignore_conflicts=True)
    told.added, told.known = len(new), len(numbers) - len(new)
    told.consents_ended = _end_consents(shop, source, now) if numbers else 0
    return told


def _numbers(lines: Iterable[str], shop: Shop, told: Imported) -> Iterator[str]:
    """The numbers of the good rows; the others are told."""
    column: int | None = None
    for line, text in enumerate(lines, start=1):
        row = _fields(text)
        if not any(row):
            continue
        if column is None:
            heading = _heading(row)
            column = heading or 0
            if heading is not None:
                continue
        told.rows_read += 1
        if told.rows_read > MOST_ROWS:
            raise Unusable(_("The list has more than %(most)s rows.") % {"most": f"{MOST_ROWS:,}"})
        number = normalise_phone(row[column], shop.country) if column < len(row) else ""
        if number:
            yield number
        else:
            told.refused.append(Refusal(line, _("This is no phone number."), text[:200]))


def _fields(text: str) -> list[str]:
    """The line's fields. A line that is damaged is one field, which is no number then."""
    try:
        row = next(csv.reader([text.replace("\t", ",")]), [])
    except csv.Error:
        return [text]
    return [one.strip() for one in row]


def _heading(row: list[str]) -> int | None:
    """Which column a heading gives the numbers; None for a row that is no heading."""
    if any(digit.isdigit() for one in row for digit in one):
        return None
    named = (n for n, one in enumerate(row) if any(word in one.lower() for word in _HEADINGS))
    return next(named, 0)


def _known(shop: Shop, numbers: list[str]) -> set[str]:
    """Those of them that have refused before."""
    refused = OptOut.objects.for_shop(shop).filter(channel=Channel.TEXT)
    return {
        number
        for start in range(0, len(numbers), _ROWS)
        for number in refused.filter(address__in=numbers[start : start + _ROWS]).values_list(
            "address", flat=True
        )
    }


def _end_consents(shop: Shop, source: OptOutSource, now: datetime) -> int:
    """Of whoever has a number that has refused, in one look: a consent after it lifted it."""
    refused = OptOut.objects.filter(shop=shop, channel=Channel.TEXT, address=OuterRef("phone"))
    people = Customer.objects.for_shop(shop).exclude(phone="").filter(Exists(refused))
    return end_consents(shop=shop, channel=Channel.TEXT, customers=people, source=source, now=now)
