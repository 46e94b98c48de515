"""What NHN Cloud's codes say about an Alimtalk (documents "Alimtalk v2.3", "Error codes").

Negative codes answer a request, the others a delivery. `resendStatus` tells of the text in place of
an Alimtalk: RSC01 none, RSC02 sent if the Alimtalk fails, RSC03 on its way, RSC04 sent, RSC05
failed.
"""

from messaging.gateways.http import Json
from messaging.models import State

Said = tuple[State, str]

ACCEPTED = "0"
DELIVERED, UNCONFIRMED = "1000", "3005"
# Refused as Alimtalk because it differs from the approved wording; the text goes out instead.
FALLS_BACK = frozenset({"-3010", "-3011", "-3042", "-3043", "-3046"})
_TEXT_DUE = ("RSC02", "RSC03")
_TEXT_SENT = "RSC04"


def at_once(code: str, *, has_fallback: bool) -> Said:
    """What the answer to a request says of one recipient."""
    if code == ACCEPTED or (has_fallback and code in FALLS_BACK):
        return State.SENT, ""
    return State.FAILED, code


def when_listed(row: Json) -> Said:
    """What the answer would have said of a recipient that the list of messages has.

    Deliveries are left to the reports, which also tell by which way.
    """
    code = str(row.get("resultCode") or ACCEPTED)
    if not code.startswith("-"):
        return State.SENT, ""
    return at_once(code, has_fallback=row.get("resendStatus") in (*_TEXT_DUE, _TEXT_SENT))


def delivered(row: Json) -> tuple[State, str, bool]:
    """What became of a message: state, code, and whether text took the Alimtalk's place.

    3005 is no end: it may still be delivered within three days.
    """
    code = str(row.get("resultCode") or "")
    status = str(row.get("messageStatus") or "")
    resend = row.get("resendStatus")
    if code == DELIVERED or (not code and status == "COMPLETED"):
        return State.DELIVERED, "", False
    if resend == _TEXT_SENT:
        return State.DELIVERED, "", True
    if code == UNCONFIRMED or resend in _TEXT_DUE:
        return State.SENT, "", False
    if code or status in ("FAILED", "CANCEL"):
        return State.FAILED, code or status, False
    return State.SENT, "", False
