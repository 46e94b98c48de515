"""SOLAPI's template API (`/kakao/v2/templates`, as its SDKs have it)."""

import json
from typing import Any

from messaging.gateways.abilities import Inspected, Submission
from messaging.gateways.base import (
    Account,
    AnswerLost,
)
from messaging.gateways.http import Json
from messaging.gateways.solapi.writing import button
from messaging.models import Inspection

PATH = "/kakao/v2/templates"
STATES = {
    "PENDING": Inspection.REQUESTED,
    "INSPECTING": Inspection.REVIEWING,
    "APPROVED": Inspection.APPROVED,
    "REJECTED": Inspection.REJECTED,
}
# "Other": KakaoTalk's categories have none for coupons that every shop's would fall under.
_CATEGORY = "999999"


def registration(wording: Submission, account: Account) -> bytes:
    """The body that registers wording. With a button that adds the channel it is of kind AD."""
    adds_channel = any(each["type"] == "AC" for each in wording.buttons)
    body: dict[str, Any] = {
        "channelId": account.get("pf_id", ""),
        "name": wording.name,
        "content": wording.body,
        "categoryCode": _CATEGORY,
        "messageType": "AD" if adds_channel else "BA",
        "emphasizeType": "NONE",
        "securityFlag": False,
    }
    if wording.buttons:
        body["buttons"] = [button(each, wording.link) for each in wording.buttons]
    return json.dumps(body, ensure_ascii=False).encode()


def inspected(answer: Json) -> Inspected:
    """A template as it stands, with what the inspectors wrote. Raises AnswerLost."""
    code, state = answer.get("templateId"), STATES.get(str(answer.get("status")))
    if not isinstance(code, str) or not code or state is None:
        raise AnswerLost("garbage")
    return Inspected(code, state, _comments(answer.get("comments")))


def _comments(found: object) -> str:
    comments = found if isinstance(found, list) else []
    said = [str(each.get("content") or "") for each in comments if isinstance(each, dict)]
    return "\n".join(filter(None, said))
