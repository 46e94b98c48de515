"""Reading the list of who refused advertising by the 080 number (F3).

One number a line, or a CSV file: the column whose heading speaks of phones, or where none does, a
row's first field that is somebody's number. The 080 numbers that were called are nobody's. A bad
row costs itself; a list that is too long is refused whole.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from messaging.models import Channel, OptOut, OptOutSource
from messaging.opt_outs import end_consents
from orders.imports.rows import Refusal, Unusable
from orders.models import Customer, Shop
from orders.phones import is_free_to_call, normalise_phone

MOST_ROWS = 100_000
MOST_BYTES = 10_000_000
_ROWS = 500  # a statement
# What a heading calls the column, the surest first; and what it calls a column of other numbers.
_HEADINGS = (
    ("휴대", "핸드폰", "携帯", "mobile", "cell"),
    ("전화", "연락처", "電話", "phone", "tel"),
    ("번호", "番号", "number"),
)
_OTHER_NUMBERS = ("080", "거부")
# What no text holds; archives and spreadsheets do.
_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f]")


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
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _NO_TEXT.search(text):
            return text.splitlines()
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
    is_first = True
    for line, text in enumerate(lines, start=1):
        row = _fields(text)
        if not any(row):
            continue
        if is_first:
            is_first = False
            if _is_heading(row, shop):
                column = _named(row)
                continue
        told.rows_read += 1
        if told.rows_read > MOST_ROWS:
            raise Unusable(_("The list has more than %(most)s rows.") % {"most": f"{MOST_ROWS:,}"})
        if number := _number(row if column is None else row[column : column + 1], shop):
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


def _number(fields: list[str], shop: Shop) -> str:
    """The first of them that is somebody's number."""
    numbers = (normalise_phone(one, shop.country) for one in fields)
    return next((one for one in numbers if one and not is_free_to_call(one)), "")


def _is_heading(row: list[str], shop: Shop) -> bool:
    """Whether a first row names columns; one with neither names nor a number is a bad row."""
    if any(normalise_phone(one, shop.country) for one in row):
        return False
    has_digits = any(digit.isdigit() for one in row for digit in one)
    return not has_digits or _named(row) is not None


def _named(row: list[str]) -> int | None:
    """Which column a heading gives people's numbers; None where it does not say."""
    names = [one.lower() for one in row]
    for others in (_OTHER_NUMBERS, ()):
        for words in _HEADINGS:
            for place, name in enumerate(names):
                if _speaks_of(name, words) and not _speaks_of(name, others):
                    return place
    return None


def _speaks_of(name: str, words: tuple[str, ...]) -> bool:
    return any(word in name for word in words)


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
