"""What a request must look like: every field, by the limits of Korean providers.

Rules are asked of a whole column at once, so that a thousand messages take about a millisecond.
"""

import json
import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

MOST_MESSAGES = 1000
MOST_BUTTONS = 5
FIELDS = {"id", "to", "text", "buttons"}
RULES = {
    "id": re.compile(r"[0-9A-Za-z:._-]{1,100}"),
    "to": re.compile(r"\+[1-9][0-9]{6,14}"),
    "text": re.compile(r"(?s:.){1,1300}"),
}
ADD_CHANNEL = {"type": "AC", "name": "채널 추가"}
LINK = {"type", "name", "url"}

Message = dict[str, Any]


class BadRequestError(Exception):
    """What is wrong with a request, and where."""


def check_key(key: str) -> None:
    """The idempotency key: a UUID as Python writes it."""
    try:
        right = str(UUID(key)) == key
    except ValueError:
        right = False
    if not right:
        raise BadRequestError(f"Idempotency-Key: {key!r} is no UUID")


def read_messages(body: bytes) -> list[Message]:
    """The messages of a body. Raises BadRequestError for whatever a provider would refuse."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadRequestError(f"body: {error}") from error
    if not isinstance(found, dict) or found.keys() != {"messages"}:
        raise BadRequestError('body: wanted {"messages": [...]}')
    messages = found["messages"]
    if not isinstance(messages, list) or not 1 <= len(messages) <= MOST_MESSAGES:
        raise BadRequestError(f"messages: wanted 1 to {MOST_MESSAGES}")
    _check_fields(messages)
    for name, rule in RULES.items():
        _check_column(name, rule, [message[name] for message in messages])
    if len({message["id"] for message in messages}) < len(messages):
        raise BadRequestError("id: the same twice in a request")
    _check_buttons([message["buttons"] for message in messages])
    return messages


def _check_fields(messages: Sequence[Any]) -> None:
    for n, message in enumerate(messages):
        if type(message) is not dict or message.keys() != FIELDS:
            raise BadRequestError(f"messages[{n}]: wanted the fields {sorted(FIELDS)}")


def _check_column(name: str, rule: re.Pattern[str], column: Sequence[Any]) -> None:
    if set(map(type, column)) == {str} and all(map(rule.fullmatch, column)):
        return
    for n, value in enumerate(column):
        if type(value) is not str or not rule.fullmatch(value):
            raise BadRequestError(f"messages[{n}].{name}: {value!r:.80}")


def _check_buttons(column: Sequence[Any]) -> None:
    """A message that has the same buttons as the one before needs no second look."""
    last = None
    for buttons in column:
        if buttons == last:
            continue
        last = buttons
        if not isinstance(buttons, list) or len(buttons) > MOST_BUTTONS:
            raise BadRequestError(f"buttons: wanted at most {MOST_BUTTONS}, not {buttons!r:.80}")
        for place, button in enumerate(buttons):
            if not (button == ADD_CHANNEL and place == 0) and not _is_link(button):
                raise BadRequestError(f"buttons: {button!r:.80}")


def _is_link(button: Any) -> bool:
    return (
        isinstance(button, dict)
        and button.keys() == LINK
        and button["type"] == "WL"
        and all(isinstance(value, str) for value in button.values())
        and 1 <= len(button["name"]) <= 14
        and button["url"].startswith(("https://", "http://"))
    )
