"""A batch as SOLAPI wants it: `POST /messages/v4/send-many/detail`."""

from collections.abc import Sequence
from typing import Any

import orjson

from messaging.gateways.base import Account, Button, Letterhead, Outgoing
from messaging.gateways.compact import compact
from messaging.gateways.dialling import dialled
from messaging.models import Service

# Which of our messages it is, and of which batch: SOLAPI gives them back wherever it names it.
ID, KEY = "id", "key"
_TYPES = {Service.ALIMTALK: "ATA", Service.SMS: "SMS", Service.LMS: "LMS"}

Message = dict[str, Any]


def compose(messages: Sequence[Outgoing], head: Letterhead, account: Account) -> bytes:
    """The body of a batch. Two members may share a phone, so duplicates are allowed."""
    listed = [_message(message, head, account) for message in messages]
    body = {"messages": listed, "allowDuplicates": True, "showMessageList": True}
    return compact(body)


def ids(payload: bytes) -> dict[int, str]:
    """The messages of a composed batch, with the number that each goes to."""
    listed = orjson.loads(payload)["messages"]
    return {int(each["customFields"][ID]): each["to"] for each in listed}


def button(given: Button, link: str = "") -> dict[str, str]:
    """A button; a link button without an address opens `link`."""
    found = {"buttonType": given["type"], "buttonName": given["name"]}
    if given["type"] == "WL":
        address = given.get("url") or link
        found |= {"linkMo": address, "linkPc": address}
    elif given["type"] == "AL":
        found |= {"linkAnd": given.get("android", ""), "linkIos": given.get("ios", "")}
    return found


def _message(message: Outgoing, head: Letterhead, account: Account) -> Message:
    country, number = dialled(message.address)
    found: Message = {
        "to": number,
        "country": country,
        "type": _TYPES[head.service],
        "text": message.text,
        "customFields": {ID: str(message.id), KEY: str(head.key)},
    }
    sender = dialled(head.sender)[1] if head.sender else ""
    if sender:
        found["from"] = sender
    if head.service == Service.LMS and message.title:
        found["subject"] = message.title
    if head.service == Service.ALIMTALK:
        found |= _alimtalk(message, head, account, sender)
    return found


def _alimtalk(message: Outgoing, head: Letterhead, account: Account, sender: str) -> Message:
    """The approved wording's values. SOLAPI fills them in, and compares the result with `text`."""
    falls_back = bool(message.fallback and sender)
    options: Message = {
        "pfId": account.get("pf_id", ""),
        "templateId": head.template_code,
        "variables": {f"#{{{name}}}": value for name, value in message.variables.items()},
        "disableSms": not falls_back,
    }
    if message.buttons:
        options["buttons"] = [button(each) for each in message.buttons]
    found: Message = {"kakaoOptions": options}
    if falls_back and message.fallback != message.text:
        found["replacements"] = [_replacement(message, sender)]
    return found


def _replacement(message: Outgoing, sender: str) -> Message:
    """The text that follows where the Alimtalk fails; without it SOLAPI sends `text` itself.

    Unconfirmed for Alimtalk: the request model has it, an example of the SDK shows it for RCS.
    """
    return {"to": dialled(message.address)[1], "from": sender, "text": message.fallback}
