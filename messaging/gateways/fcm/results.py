"""What the end of one request to FCM means for its message, and all of them for their batch.

| FCM says | the message |
| --- | --- |
| 200 | sent |
| UNREGISTERED | failed, and its token is dead |
| SENDER_ID_MISMATCH, INVALID_ARGUMENT, THIRD_PARTY_AUTH_ERROR, any other refusal | failed |
| QUOTA_EXCEEDED, UNAVAILABLE, no connection | again |
| UNAUTHENTICATED, PERMISSION_DENIED | again: it is the account that was refused |
| INTERNAL, another 5xx, no answer | unknown |
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto

from messaging.gateways.base import (
    AccountRefused,
    AnswerLost,
    Answers,
    Busy,
    GatewayError,
)
from messaging.gateways.http import Json
from messaging.models import State

UNREGISTERED = "UNREGISTERED"
_ACCOUNT = {"UNAUTHENTICATED", "PERMISSION_DENIED", "401", "403"}
_NOT_TAKEN = {"UNAVAILABLE", "QUOTA_EXCEEDED"}
# As FCM's documentation asks where it names no time itself.
_WAIT = timedelta(minutes=1)


class Ended(Enum):
    """How a request ended."""

    SENT = auto()
    FAILED = auto()
    AGAIN = auto()
    REFUSED = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class End:
    """How a request ended, FCM's word for it, and how long it asks us to wait."""

    how: Ended
    code: str = ""
    wait: timedelta | None = None

    @classmethod
    def of(cls, error: GatewayError) -> "End":
        """The end that an error means."""
        if error.code in _ACCOUNT or isinstance(error, AccountRefused):
            return cls(Ended.REFUSED, error.code)
        if isinstance(error, Busy):
            return cls(Ended.AGAIN, error.code, error.wait)
        if isinstance(error, AnswerLost):
            how = Ended.AGAIN if error.code in _NOT_TAKEN else Ended.UNKNOWN
            return cls(how, error.code)
        return cls(Ended.FAILED, error.code)


def answers(ends: Mapping[int, End]) -> Answers:
    """The batch's. Raises AccountRefused or Busy where nothing became of any message."""
    by = {how: {pk: end for pk, end in ends.items() if end.how == how} for how in Ended}
    later = by[Ended.AGAIN] | by[Ended.REFUSED]
    wait = max((end.wait or _WAIT for end in later.values()), default=None)
    if ends and len(later) == len(ends):
        _raise(by[Ended.REFUSED], later, wait)
    said = {pk: (State.FAILED, end.code) for pk, end in by[Ended.FAILED].items()}
    if by[Ended.UNKNOWN]:  # what is sent is the exception: it says more than its batch
        said |= dict.fromkeys(by[Ended.SENT], (State.SENT, ""))
    return Answers(
        State.UNKNOWN if by[Ended.UNKNOWN] else State.SENT,
        said,
        again=frozenset(later),
        wait=wait,
        dead=frozenset(pk for pk, end in ends.items() if end.code == UNREGISTERED),
    )


def _raise(refused: Mapping[int, End], later: Mapping[int, End], wait: timedelta | None) -> None:
    if refused:
        raise AccountRefused(next(iter(refused.values())).code)
    raise Busy(next(iter(later.values())).code, wait)


def word(answer: Json) -> str:
    """FCM's word where it has one, else Google's: `error.details[].errorCode`, `error.status`."""
    error = answer.get("error")
    if not isinstance(error, dict):
        return ""
    details = error.get("details")
    for detail in details if isinstance(details, list) else ():
        if isinstance(detail, dict) and str(detail.get("@type", "")).endswith("FcmError"):
            return str(detail.get("errorCode", ""))[:40]
    return str(error.get("status", ""))[:40]
