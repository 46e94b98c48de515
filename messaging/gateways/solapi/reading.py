"""What SOLAPI says about messages: in answers, in lists and in its calls to us."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha1
from hmac import compare_digest

from messaging.gateways.abilities import Forged, Webhook
from messaging.gateways.base import Account, Report
from messaging.gateways.entries import first_time, read_each
from messaging.gateways.http import Json
from messaging.gateways.solapi.api import LABEL
from messaging.gateways.solapi.writing import ID, KEY
from messaging.models import State

STRANGER = 0  # no message of ours has this id
_STATES = {"2000": State.SENT, "3000": State.SENT, "4000": State.DELIVERED}
# When it was known, the best first.
_DATES = ("dateReported", "dateReceived", "dateProcessed", "dateUpdated", "dateCreated")
_TEXT = ("SMS", "LMS", "MMS")


def state_of(row: Json) -> tuple[State, str]:
    """A message's state, and SOLAPI's code where it failed; one without a code was only taken."""
    code = str(row.get("statusCode") or "2000")
    state = _STATES.get(code, State.FAILED)
    return state, code if state == State.FAILED else ""


def when_asked(row: Json) -> tuple[State, str]:
    """The state of a message of a batch that is looked for.

    Where text took its place that is left to the reports, which also tell by which way: it has
    another price.
    """
    state, code = state_of(row)
    return (State.SENT, "") if state == State.DELIVERED and _fell_back(row) else (state, code)


def our_id(row: Json) -> int:
    """Which of our messages a row is about, or STRANGER: others may send with this account."""
    if not _key(row):
        return STRANGER
    found = str(row["customFields"].get(ID, ""))
    return int(found) if found.isascii() and found.isdigit() and len(found) < 19 else STRANGER


def is_of(row: Json, key: str) -> bool:
    """Whether a row belongs to the batch of that key."""
    return _key(row) == key


def _key(row: Json) -> str:
    fields = row.get("customFields")
    return str(fields.get(KEY) or "") if isinstance(fields, dict) else ""


def report(row: Json, otherwise: datetime | None = None) -> Report:
    """A row as news, known since `otherwise` where it has no date. Raises ValueError without."""
    state, code = state_of(row)
    at = _date(row) or otherwise
    if at is None:
        raise ValueError("a report without a date")
    fell_back = state == State.DELIVERED and _fell_back(row)
    return Report(our_id(row), state, code, at, fell_back, _key(row))


def read_webhook(webhook: Webhook, account: Account) -> list[Report]:
    """The messages that are reported, in an array or one alone; news of groups is none of ours.

    Raises Forged where the secret is not the account's, or it has none; ValueError for what nobody
    can read.
    """
    _check_secret(webhook.headers, account)
    try:
        told = json.loads(webhook.body)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(told, list | dict):
        raise ValueError("wanted messages")
    return list(read_each(told if isinstance(told, list) else [told], _event, LABEL))


def _check_secret(headers: Mapping[str, str], account: Account) -> None:
    secret = account.get("webhook_secret", "")
    # SHA-1 is what the protocol asks for.
    ours = sha1(secret.encode(), usedforsecurity=False).hexdigest()
    theirs = headers.get("x-solapi-secret", "").lower()
    if not secret or not compare_digest(ours.encode(), theirs.encode(errors="replace")):
        raise Forged


def _event(event: Json) -> Report | None:
    """An event has its message as `data` or flat; None for news of a group."""
    row = event.get("data", event)
    if not isinstance(row, dict):
        raise ValueError("wanted a message")
    return report(row) if row.get("messageId") else None


def _fell_back(row: Json) -> bool:
    """Whether text went in place of an Alimtalk.

    `replacement` says so in lists. Unconfirmed: that a webhook names the type that was delivered.
    """
    options = row.get("kakaoOptions")
    was_alimtalk = isinstance(options, dict) and bool(options.get("templateId"))
    return bool(row.get("replacement")) or (was_alimtalk and row.get("type") in _TEXT)


def _date(row: Json) -> datetime | None:
    return first_time(map(row.get, _DATES), UTC)
