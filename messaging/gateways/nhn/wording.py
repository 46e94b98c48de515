"""What NHN Cloud gets to read: buttons, and the text that stands in for an Alimtalk."""

from collections.abc import Sequence
from typing import Any

from messaging.gateways.base import Button, Letterhead, Outgoing
from messaging.gateways.nhn.api import sender_number

SMS_BYTES = 90  # in CP949
TITLE_BYTES = 40


def buttons(given: Sequence[Button], link: str = "") -> list[dict[str, Any]]:
    """Buttons as requests have them; `link` is what a link button without its own address opens."""
    return [
        {"ordering": place, "type": button["type"], "name": button["name"], **_target(button, link)}
        for place, button in enumerate(given, start=1)
    ]


def _target(button: Button, link: str) -> dict[str, str]:
    if button["type"] == "WL":
        url = button.get("url") or link
        return {"linkMo": url, "linkPc": url}
    if button["type"] == "AL":
        return {"schemeIos": button["ios"], "schemeAndroid": button["android"]}
    return {}


def fallback(message: Outgoing, head: Letterhead, sender: str) -> dict[str, Any]:
    """What is to be sent as text where the Alimtalk fails.

    Without one it must be said: otherwise the console's setting decides, and may send the whole
    Alimtalk as text.
    """
    if not message.fallback:
        return {"isResend": False}
    told = {"isResend": True, "resendContent": message.fallback}
    if sender:
        told["resendSendNo"] = sender
    if encoded_length(message.fallback) <= SMS_BYTES:
        return told | {"resendType": "SMS"}
    return told | {"resendType": "LMS", "resendTitle": cut(message.title or head.shop)}


def encoded_length(text: str) -> int:
    """Bytes of a text as carriers count them."""
    return len(text.encode("cp949", errors="replace"))


def cut(title: str) -> str:
    """As much of an LMS's title as is shown."""
    return title.encode("cp949", errors="replace")[:TITLE_BYTES].decode("cp949", errors="ignore")


def sender_of(head: Letterhead) -> str:
    """The batch's sender number as requests have it; empty where it has none."""
    return sender_number(head.sender) if head.sender else ""
