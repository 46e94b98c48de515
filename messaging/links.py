"""Short signed addresses in messages: a link that is counted (F7), and the way to opt out (F3).

A token is the message's id with the link's place, in base 62, behind a signature of nine digits
(53 bits): there is no row until somebody taps. What is asked of the one address is never answered
by the other, since each purpose signs with a key of its own. A token never expires: messages are
kept on phones for years, and a refusal must be heard however old the message is.
"""

import string
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b, sha512
from hmac import compare_digest
from typing import Any

from django.conf import settings

_LINK, _OPT_OUT = b"dangol link", b"dangol opt-out"
_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_BASE = len(_DIGITS)
_PAIRS = [first + second for first in _DIGITS for second in _DIGITS]
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)}
_SIGNATURE = 9  # digits
_SIGNATURES = _BASE**_SIGNATURE
# A message's links: the first is its own URL, the others its buttons'.
PLACES = 32
_LARGEST = 2**63 * PLACES  # no id is larger than its column takes
_LONGEST = _SIGNATURE + 12  # digits that the largest takes


def link_token(message_id: int, place: int) -> str:
    """The token of a message's link; `place` counts its links from 0 and is below `PLACES`."""
    return _sign(message_id * PLACES + place, _LINK, settings.SECRET_KEY)


def read_token(token: str) -> tuple[int, int] | None:
    """Message id and place of a link's token; None for what we never signed."""
    number = _read(token, _LINK)
    return None if number is None else divmod(number, PLACES)


def opt_out_token(message_id: int) -> str:
    """The token with which the recipient of this message refuses further advertising."""
    return _sign(message_id, _OPT_OUT, settings.SECRET_KEY)


def read_opt_out_token(token: str) -> int | None:
    """The message id of an opt-out's token; None for what we never signed."""
    return _read(token, _OPT_OUT)


def short_link(message_id: int, place: int = 0) -> str:
    """The address that counts a tap and leads on: 0 to the message's URL, n to its nth button's."""
    return f"{settings.BASE_URL}/l/{link_token(message_id, place)}"


def opt_out_link(message_id: int) -> str:
    """The address where the recipient of this message refuses further advertising (F3)."""
    return f"{settings.BASE_URL}/o/{opt_out_token(message_id)}"


def _sign(number: int, purpose: bytes, secret: str) -> str:
    # A campaign makes millions: the keyed hash is copied, and digits are written two at a time.
    keyed = _keyed(purpose, secret).copy()
    keyed.update(b"%d" % number)
    signature = int.from_bytes(keyed.digest()) % _SIGNATURES
    return _written(signature).rjust(_SIGNATURE, "0") + _written(number)


@lru_cache(maxsize=32)
def _keyed(purpose: bytes, secret: str) -> Any:
    return blake2b(key=sha512(purpose + b":" + secret.encode()).digest(), digest_size=16)


def _written(number: int) -> str:
    digits = ""
    while number >= _BASE:
        number, pair = divmod(number, _BASE * _BASE)
        digits = _PAIRS[pair] + digits
    return _DIGITS[number] + digits if number or not digits else digits


def _read(token: str, purpose: bytes) -> int | None:
    possible = token.isascii() and len(token) <= _LONGEST
    number = _value(token[_SIGNATURE:]) if possible else None
    if number is None or number >= _LARGEST:
        return None
    for secret in _secrets():
        # The whole token is made again, so that each address is written in one way only.
        if compare_digest(_sign(number, purpose, secret), token):
            return number
    return None


def _secrets() -> Iterable[str]:
    """Those that sign, and those that have signed."""
    return (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


def _value(digits: str) -> int | None:
    number = 0
    for digit in digits:
        if digit not in _VALUES:
            return None
        number = number * _BASE + _VALUES[digit]
    return number if digits else None
