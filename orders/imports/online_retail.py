"""The order lines of the UCI Online Retail data set, and of whoever uses its columns.

Invoices of six digits are orders, those with a `C` before them cancellations. Lines of one
invoice may stand anywhere in the file, so all are staged before the first order is told.
"""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from orders.imports.fields import (
    LARGEST_AMOUNT,
    convert_money,
    read_decimal,
    read_integer,
    read_text,
    read_time,
)
from orders.imports.results import Refusals, RowCounts, count, telling_what_stands
from orders.imports.rows import Refusal, Refused, Row, Unusable, read_rows
from orders.imports.staging import Line, Stage
from orders.ingest import ingest
from orders.models import Cancellation, OrderStatus, Shop, Status
from orders.people_invented import invent
from orders.records import CustomerRecord

HEADING = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"

_INVOICE = re.compile(r"C?[0-9]{6}", re.ASCII)
_WHOLE_NUMBER = re.compile(r"([0-9]+)\.0", re.ASCII)
_NUMBERS_A_QUERY = 500


@dataclass(frozen=True, slots=True)
class OrdersImported:
    """A file's facts, and how many objects they created or updated."""

    rows_read: int
    rows_kept: int
    rows_refused: int
    orders: int
    cancellations: int
    cancellation_lines_matched: int
    cancellation_lines_unmatched: int
    orders_cancelled: int
    customers: int
    products: int
    changed: int

    def as_json(self) -> dict[str, Any]:
        """In the order in which people read it."""
        return asdict(self)


def import_orders(
    *,
    shop: Shop,
    path: Path,
    now: datetime,
    refuse: Refusals,
    rate: Decimal = Decimal(1),
    ends_at: datetime | None = None,
    people_seed: str | None = None,
) -> OrdersImported:
    """Read a file into the shop. Raises `Unusable` where nothing of it can be read.

    `rate` turns the file's prices into the shop's currency, each rounded half up to its unit.
    `ends_at` moves all times by one span, so that the last falls there. `people_seed` gives
    customers fictional names, addresses and consents.
    """
    counts = RowCounts()
    zone = ZoneInfo(shop.timezone)
    with Stage() as stage:
        with telling_what_stands(counts):
            stage.fill(_kept_lines(path, zone, rate, counts, refuse))
        if ends_at:
            _move(stage, ends_at)
        people = _people(shop, stage, people_seed)
        records = chain(stage.products(), people, stage.orders(), stage.cancellations())
        written = ingest(shop=shop, records=records, now=now)
        return _told(shop, stage, counts, written.changed)


def _kept_lines(
    path: Path, zone: ZoneInfo, rate: Decimal, counts: RowCounts, refuse: Refusals
) -> Iterator[Line]:
    for row in count(read_rows(path, HEADING.split(",")), counts, refuse):
        try:
            yield parse(row, zone, rate)
        except Refused as error:
            counts.rows_refused += 1
            refuse(Refusal(row.line, str(error), row.text))


def parse(row: Row, zone: ZoneInfo, rate: Decimal) -> Line:
    """What a row says; raises `Refused` where that is no line of an order or a cancellation."""
    number, code, name, quantity, at, price, customer, _country = row.fields
    if not _INVOICE.fullmatch(number):
        raise Refused("InvoiceNo is not six digits, with or without a C before them")
    code = read_text(code, "StockCode", 80, needed=True)
    pieces = _read_quantity(quantity, cancels=number.startswith("C"))
    unit_price = _read_price(price, rate, pieces)
    return Line(
        number=number,
        customer=_read_customer(customer),
        code=code,
        name=name.strip()[:200],
        quantity=pieces,
        unit_price=unit_price,
        at=read_time(at, "InvoiceDate", zone),
    )


def _read_quantity(text: str, *, cancels: bool) -> int:
    quantity = read_integer(text, "Quantity")
    if quantity == 0:
        raise Refused("Quantity is zero")
    if quantity < 0 and not cancels:
        raise Refused("Quantity is negative on an ordinary invoice")
    if quantity > 0 and cancels:
        raise Refused("Quantity is positive on a cancellation")
    return abs(quantity)


def _read_price(text: str, rate: Decimal, pieces: int) -> int:
    price = read_decimal(text, "UnitPrice")
    if price < 0:
        raise Refused("UnitPrice is negative")
    unit_price = convert_money(price, rate)
    if unit_price * pieces > LARGEST_AMOUNT:
        raise Refused(f"UnitPrice times Quantity is beyond {LARGEST_AMOUNT}")
    return unit_price


def _read_customer(text: str) -> str | None:
    """The customer's id; spreadsheets write 17850 as 17850.0. None is a guest."""
    text = read_text(text, "CustomerID", 80)
    whole = _WHOLE_NUMBER.fullmatch(text)
    return whole[1] if whole else text or None


def _move(stage: Stage, ends_at: datetime) -> None:
    try:
        stage.move_to(ends_at)
    except OverflowError:
        raise Unusable("the file's times cannot be moved that far") from None


def _people(shop: Shop, stage: Stage, seed: str | None) -> Iterator[Any]:
    customers = stage.customers()
    if seed is None:
        return map(CustomerRecord, customers)
    return invent(customers, seed=seed, country=shop.country)


def _told(shop: Shop, stage: Stage, counts: RowCounts, changed: int) -> OrdersImported:
    """The file's facts as they stand in the shop now."""
    lines = Cancellation.objects.for_shop(shop)
    matched = unmatched = emptied = 0
    for numbers in _some(stage.numbers(cancels=True)):
        told = lines.filter(number__in=numbers)
        matched += told.exclude(order=None).count()
        unmatched += told.filter(order=None).count()
    for numbers in _some(stage.numbers(cancels=False)):
        statuses = OrderStatus.objects.for_shop(shop).filter(status=Status.CANCELLED)
        emptied += statuses.filter(order__number__in=numbers).count()
    return OrdersImported(
        **counts.as_json(),
        orders=stage.count_numbers(cancels=False),
        cancellations=stage.count_numbers(cancels=True),
        cancellation_lines_matched=matched,
        cancellation_lines_unmatched=unmatched,
        orders_cancelled=emptied,
        customers=stage.count_customers(),
        products=stage.count_products(),
        changed=changed,
    )


def _some(numbers: Iterator[str]) -> Iterator[list[str]]:
    while some := list(islice(numbers, _NUMBERS_A_QUERY)):
        yield some
