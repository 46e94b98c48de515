"""What NHN Cloud gets to read: buttons, and the text that stands in for an Alimtalk."""

from collections.abc import Sequence
from typing import Any

from messaging.gateways.base import Button, Letterhead, Outgoing
from messaging.gateways.dialling import dialled
from messaging.lengths import cut_title, is_short


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
    if is_short(message.fallback):
        return told | {"resendType": "SMS"}
    return told | {"resendType": "LMS", "resendTitle": cut_title(message.title or head.shop)}


def sender_of(head: Letterhead) -> str:
    """The batch's sender number as requests have it; empty where it has none."""
    return dialled(head.sender)[1] if head.sender else ""
