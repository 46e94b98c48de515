"""What NHN Cloud's codes say about a text message (documents "SMS v3.0", "Result codes")."""

from typing import Any

from messaging.gateways.base import AnswerLost
from messaging.gateways.http import NO_IDS, Json
from messaging.gateways.nhn.api import entries_at, our_id, rows_at
from messaging.models import State

Said = tuple[State, str]

ACCEPTED, DELIVERED = "0", "1000"
REQUEST_FAILED = "3"  # the whole request's `statusCode`


def at_once(answer: Json) -> tuple[str, dict[int, Said]]:
    """The request's reference, and what its answer says of each recipient."""
    body = answer.get("body")
    data = body.get("data") if isinstance(body, dict) else None
    if not isinstance(data, dict):
        raise AnswerLost(NO_IDS)
    failed = str(data.get("statusCode")) == REQUEST_FAILED
    states: dict[int, Said] = {}
    for row in rows_at(data, "sendResultList"):
        pk = our_id(row.get("recipientGroupingKey"))
        if pk is None:
            raise AnswerLost(NO_IDS)
        states[pk] = _state(row.get("resultCode"), request_failed=failed)
    return str(data.get("requestId") or ""), states


def _state(code: object, *, request_failed: bool) -> Said:
    """A recipient's code may be missing: then the request's own counts."""
    if code is None or (request_failed and str(code) == ACCEPTED):
        return (State.FAILED, "request-failed") if request_failed else (State.SENT, "")
    return (State.SENT, "") if str(code) == ACCEPTED else (State.FAILED, str(code))


def delivered(row: Json) -> Said | None:
    """What became of a message; None where nothing is known yet."""
    code = str(row.get("resultCode") or "")
    status = str(row.get("messageStatus") or "")
    if code == DELIVERED or (not code and status == "COMPLETED"):
        return State.DELIVERED, ""
    return (State.FAILED, code or status) if code or status else None


def result_rows(answer: Json) -> list[Any]:
    """The rows of a page of results: the documents show them in two places."""
    body = answer.get("body")
    data = body.get("data") if isinstance(body, dict) else None
    if isinstance(data, dict):
        return entries_at(data, "resultUpdateList")
    return entries_at({"data": data}, "data")
