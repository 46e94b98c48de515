"""JSON as it leaves: no spaces, UTF-8. Writing it is a good part of what a message costs."""

import json
from typing import Any

import orjson

_lenient = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def compact(value: Any) -> bytes:
    """The value's JSON; half a character (a lone surrogate) becomes a question mark."""
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:  # half a character
        return _lenient(value).encode(errors="replace")
