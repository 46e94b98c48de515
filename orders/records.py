"""What the shop tells us, as plain records: the only form in which facts enter.

Fields that are `None` were not told and leave what is stored as it is. `as_of` is when the source
says that this was so; without it, a record never replaces one that has such a time.
Money is in the currency's smallest unit.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CustomerRecord:
    """A member of the shop. `phone` is E.164."""

    mall_id: str
    name: str | None = None
    phone: str | None = None
    email: str | None = None
    email_verified_at: datetime | None = None
    app_token: str | None = None
    joined_at: datetime | None = None
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """That a customer has agreed (or refused) from `since` on. `kind` is a `ConsentKind`."""

    customer: str
    kind: str
    given: bool
    since: datetime
    source: str


@dataclass(frozen=True, slots=True)
class ProductRecord:
    """A product, by the mall's own code."""

    code: str
    name: str | None = None
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """A line of an order, by its place from 1."""

    line: int
    product: str
    quantity: int
    unit_price: int


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """A whole order with all its lines. Without `customer` it is a guest's."""

    number: str
    customer: str | None
    ordered_at: datetime
    items: tuple[ItemRecord, ...]
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class CancellationRecord:
    """A line of goods taken back; which order it came from is found when it is written."""

    number: str
    line: int
    customer: str | None
    product: str
    quantity: int
    happened_at: datetime
