"""What SOLAPI looks at in a request, by its documents and its status codes."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest, new
from time import time
from typing import Any

from tests.providers.loopback import WrongError

MOST = 10_000
SKEW = 15 * 60  # seconds
_HEADER = re.compile(
    r"HMAC-SHA256 apiKey=([^,\s]+), date=([^,\s]+), salt=([^,\s]{12,64}), signature=([0-9a-f]{64})"
)
_BODY = {"messages", "allowDuplicates", "showMessageList", "scheduledDate", "agent", "appId"}
_FIELDS = {
    *("to", "from", "text", "type", "country", "subject", "customFields"),
    *("kakaoOptions", "replacements"),
}
_OPTIONS = {"pfId", "templateId", "variables", "disableSms", "buttons"}
_BUTTON = {"buttonType", "buttonName", "linkMo", "linkPc", "linkAnd", "linkIos"}
_DIGITS = re.compile(r"[0-9]{8,15}")

Message = dict[str, Any]
Template = dict[str, Any]


def check_signature(header: str, api_key: str, secret: str, used: set[str]) -> str:
    """SOLAPI's word against this header; empty for none. A signature serves once."""
    found = _HEADER.fullmatch(header)
    if not found or found[1] != api_key:
        return "InvalidAPIKey"
    _key, date, salt, signature = found.groups()
    at = datetime.fromisoformat(date)
    assert at.tzinfo, "a date without a zone"
    right = new(secret.encode(), (date + salt).encode(), sha256).hexdigest()
    if not compare_digest(right, signature):
        return "SignatureDoesNotMatch"
    if abs(at.timestamp() - time()) > SKEW:
        return "RequestTimeTooSkewed"
    if signature in used:
        return "DuplicatedSignature"
    used.add(signature)
    return ""


def read_body(body: bytes, most: int = MOST) -> dict[str, Any]:
    """The body of a send. Raises WrongError for what SOLAPI refuses as a whole."""
    told = json.loads(body)
    _known("body", told, _BODY)
    messages = told["messages"]
    if not isinstance(messages, list) or not 1 <= len(messages) <= most:
        raise WrongError("ValidationError", f"messages: wanted 1 to {most}")
    for message in messages:
        _check_message(message)
    for name in ("allowDuplicates", "showMessageList"):
        if not isinstance(told.get(name, False), bool):
            raise WrongError("ValidationError", name)
    return dict(told)


def _check_message(message: Message) -> None:
    _known("message", message, _FIELDS)
    for name in ("to", "text", "type", "country"):
        if not isinstance(message.get(name), str) or not message[name]:
            raise WrongError("ValidationError", f"{name} is required")
    if not _DIGITS.fullmatch(message["to"]) or not _DIGITS.fullmatch(message.get("from", "0" * 8)):
        raise WrongError("ValidationError", "to, from: digits only")
    if message["type"] not in ("ATA", "SMS", "LMS") or not message["country"].isdigit():
        raise WrongError("ValidationError", "type, country")
    for name, value in message.get("customFields", {}).items():
        if not isinstance(value, str) or len(name) > 30 or len(value) > 100:
            raise WrongError("ValidationError", f"customFields.{name}")
    if (message["type"] == "ATA") != ("kakaoOptions" in message):
        raise WrongError("ValidationError", "kakaoOptions are for ATA alone")
    if message["type"] == "ATA":
        _check_options(message, message["kakaoOptions"])
    elif "from" not in message or "replacements" in message:
        raise WrongError("ValidationError", "text comes from a number, and nothing replaces it")


def _check_options(message: Message, options: Message) -> None:
    _known("kakaoOptions", options, _OPTIONS)
    if not options.get("pfId") or not options.get("templateId"):
        raise WrongError("ValidationError", "pfId, templateId are required")
    for name, value in options["variables"].items():
        if not re.fullmatch(r"#\{[^.{}]+\}", name) or not isinstance(value, str):
            raise WrongError("ValidationError", f"variables: {name!r}")
    if not isinstance(options["disableSms"], bool):
        raise WrongError("ValidationError", "disableSms")
    if not options["disableSms"] and "from" not in message:
        raise WrongError("ValidationError", "a text in its place comes from a number")
    for each in message.get("replacements", []):
        _known("replacements", each, {"to", "from", "text"})
        if options["disableSms"] or each["to"] != message["to"] or not each["text"]:
            raise WrongError("ValidationError", "replacements")
    for button in options.get("buttons", []):
        _known("buttons", button, _BUTTON)


def _known(where: str, found: Any, fields: set[str]) -> None:
    if not isinstance(found, dict) or not found.keys() <= fields:
        raise WrongError("ValidationError", f"{where}: {found!r:.200}")


def refused(message: Message, numbers: set[str], templates: Mapping[str, Template]) -> str:
    """The code with which a single message is refused; empty where it is taken."""
    if "from" in message and message["from"] not in numbers:
        return "1062"
    if message["type"] == "ATA":
        return _mismatch(message, templates.get(message["kakaoOptions"]["templateId"]))
    try:
        length = len(message["text"].encode("cp949"))
        subject = len(message.get("subject", "").encode("cp949"))
    except UnicodeEncodeError:
        return "1029"
    if message["type"] == "SMS" and "subject" in message:
        return "1013"
    if subject > 40:
        return "1014"
    return "1031" if length > (90 if message["type"] == "SMS" else 2000) else ""


def _mismatch(message: Message, template: Template | None) -> str:
    """Against the approved wording, filled in with the variables."""
    options = message["kakaoOptions"]
    if not template or template["status"] != "APPROVED":
        return "1042"
    if options["pfId"] != template["channelId"]:
        return "1041"
    text = template["content"]
    for name, value in options["variables"].items():
        text = text.replace(name, value)
    if text != message["text"]:
        return "1043"
    return _buttons_mismatch(options.get("buttons", []), template.get("buttons", []))


def _buttons_mismatch(buttons: list[Message], approved: list[Message]) -> str:
    if len(buttons) != len(approved):
        return "1046" if approved else "1047"
    for ours, theirs in zip(buttons, approved, strict=True):
        if any(ours[name] != theirs[name] for name in ("buttonType", "buttonName")):
            return "1052"
        for name in theirs.keys() - {"buttonType", "buttonName"}:
            pattern = re.escape(re.sub(r"#\{[^{}]+\}", "\0", theirs[name])).replace("\0", ".+")
            if not re.fullmatch(pattern, ours.get(name, "")):
                return "1045"
    return ""
