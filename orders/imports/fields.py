"""What a field of a file says, or the reason why it says nothing (`Refused`)."""

import re
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, localcontext
from zoneinfo import ZoneInfo

from orders.imports.rows import Refused

LARGEST_INTEGER = 2**31 - 1
LARGEST_AMOUNT = 10**13

_INTEGER = re.compile(r"[+-]?[0-9]+", re.ASCII)
_DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", re.ASCII)
_TOO_LONG_FOR_A_NUMBER = 40


def read_text(text: str, name: str, longest: int, *, needed: bool = False) -> str:
    """The text without blanks around it."""
    text = text.strip()
    if needed and not text:
        raise Refused(f"no {name}")
    if len(text) > longest:
        raise Refused(f"{name} of more than {longest} characters")
    return text


def read_integer(text: str, name: str, largest: int = LARGEST_INTEGER) -> int:
    """An integer from -`largest` to `largest`."""
    text = text.strip()
    if not _INTEGER.fullmatch(text):
        raise Refused(f"{name} is not an integer: {_shown(text)}")
    if len(text) > _TOO_LONG_FOR_A_NUMBER or abs(int(text)) > largest:
        raise Refused(f"{name} is beyond {largest}: {_shown(text)}")
    return int(text)


def read_decimal(text: str, name: str) -> Decimal:
    """A decimal number; infinities and the like are none."""
    text = text.strip()
    if not _DECIMAL.fullmatch(text) or len(text) > _TOO_LONG_FOR_A_NUMBER:
        raise Refused(f"{name} is not a decimal: {_shown(text)}")
    try:
        number = Decimal(text)
    except InvalidOperation:  # an exponent beyond everything
        raise Refused(f"{name} is not a decimal: {_shown(text)}") from None
    if abs(number) > LARGEST_AMOUNT:
        raise Refused(f"{name} is beyond {LARGEST_AMOUNT}: {_shown(text)}")
    return number


def read_time(text: str, name: str, zone: ZoneInfo) -> datetime:
    """An ISO 8601 time in UTC; without an offset it is in `zone`."""
    try:
        time = datetime.fromisoformat(text.strip())
        local = time if time.tzinfo else time.replace(tzinfo=zone)
        local.astimezone(zone)  # a time that the shop's zone cannot show is none
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused(f"{name} is not a time: {_shown(text)}") from None


def read_optional_time(text: str, name: str, zone: ZoneInfo) -> datetime | None:
    """A time, or None where the field is empty."""
    return read_time(text, name, zone) if text.strip() else None


def convert_money(amount: Decimal, rate: Decimal) -> int:
    """`amount` at this rate, rounded half up to the unit of won and yen: they have no decimals."""
    with localcontext() as exact:
        exact.prec = 100
        return int((amount * rate).quantize(Decimal(1), ROUND_HALF_UP))


def _shown(text: str) -> str:
    long = len(text) > _TOO_LONG_FOR_A_NUMBER
    return repr(text[:_TOO_LONG_FOR_A_NUMBER] + "…" if long else text)
