"""What requests to NHN Cloud must look like: every field, by the documents' tables.

Rules are asked of a whole column at once, so that a thousand recipients take about a millisecond.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.providers.loopback import WrongError

Row = dict[str, Any]

MOST_RECIPIENTS, MOST_BUTTONS = 1000, 5
BODY = {"senderKey", "templateCode", "senderGroupingKey", "recipientList"}
RECIPIENT = {"recipientGroupingKey", "recipientNo", "content", "buttons", "resendParameter"}
PHONE = re.compile(r"0[0-9]{8,10}|[1-9][0-9]{6,14}")
KEY = re.compile(r"[0-9A-Za-z-]{1,100}")
CONTENT = re.compile(r"(?s:.){1,1300}")
CODE = re.compile(r"[0-9A-Za-z_-]{1,20}")
ADVERTISING = re.compile(r"(?s:\(광고\).*)무료 ?(수신)?거부\]? ?080[-0-9]{7,11}")
LINKS = {"WL": {"linkMo", "linkPc"}, "AL": {"schemeIos", "schemeAndroid"}}
FIELDS = {"ordering", "type", "name"}
TYPES = {"WL", "AL", "DS", "BK", "MD", "AC"}


@dataclass
class Template:
    """Registered wording; `status` is its inspection's."""

    code: str
    name: str
    content: str
    buttons: list[Row]
    status: str = "TSC01"
    comments: list[str] = field(default_factory=list)
    block: bool = False
    dormant: bool = False

    def __post_init__(self) -> None:
        self.pattern = pattern(self.content)
        self.shape = [_shape(button) for button in self.buttons]
        self.links = [pattern(button.get("linkMo", "")) for button in self.buttons]

    def fits(self, buttons: Sequence[Row]) -> bool:
        """Whether these are the registered buttons, with variables in their links filled in."""
        return [_shape(button) for button in buttons] == self.shape and all(
            link.fullmatch(button.get("linkMo", ""))
            for link, button in zip(self.links, buttons, strict=True)
        )


def pattern(text: str) -> re.Pattern[str]:
    """What a text with #{variables} may become."""
    return re.compile("(?s:.+)".join(map(re.escape, re.split(r"#\{[^}]*\}", text))))


def _shape(button: Row) -> tuple[Any, ...]:
    return button["ordering"], button["type"], button["name"]


def read_object(body: bytes) -> Row:
    """A JSON object in UTF-8."""
    try:
        found = json.loads(body)
    except ValueError as error:
        raise WrongError("-9997", str(error)) from error
    if not isinstance(found, dict):
        raise WrongError("-9997", "wanted an object")
    return found


def only(found: Any, wanted: set[str], where: str) -> None:
    """No field more, none less."""
    if not isinstance(found, dict) or found.keys() != wanted:
        raise WrongError("-9997", f"{where}: wanted {sorted(wanted)}, not {found!r:.200}")


def column(rows: Sequence[Row], name: str, rule: re.Pattern[str]) -> list[str]:
    """A column whose values are all strings by this rule."""
    values = [row[name] for row in rows]
    if set(map(type, values)) != {str} or not all(map(rule.fullmatch, values)):
        bad = next(v for v in values if type(v) is not str or not rule.fullmatch(v))
        raise WrongError("-2000", f"{name}: {bad!r:.80}")
    return values


def recipients(found: Any) -> list[Row]:
    """One to a thousand."""
    if not isinstance(found, list) or not 1 <= len(found) <= MOST_RECIPIENTS:
        raise WrongError("-2004", f"recipientList: wanted 1 to {MOST_RECIPIENTS}")
    return found


def each_once(keys: Sequence[str]) -> None:
    """Each of our messages once in a request."""
    if len(set(keys)) < len(keys):
        raise WrongError("-9997", "recipientGroupingKey: the same twice")


def check_alimtalk(found: Row, sender_key: str) -> list[Row]:
    """The recipients of a `/raw-messages` body."""
    only(found, BODY, "body")
    if found["senderKey"] != sender_key or len(sender_key) != 40:
        raise WrongError("-2017", "senderKey")
    column([found], "senderGroupingKey", KEY)
    column([found], "templateCode", CODE)
    rows = recipients(found["recipientList"])
    for row in rows:
        if row.keys() != RECIPIENT:
            only(row, RECIPIENT, "recipient")
    each_once(column(rows, "recipientGroupingKey", KEY))
    column(rows, "recipientNo", PHONE)
    column(rows, "content", CONTENT)
    for row in rows:
        check_buttons(row["buttons"])
    check_resends(row["resendParameter"] for row in rows)
    return rows


def check_buttons(buttons: Any) -> None:
    """At most five, in their order, the one that adds the channel first."""
    if not isinstance(buttons, list) or len(buttons) > MOST_BUTTONS:
        raise WrongError("-2018", f"buttons: {buttons!r:.80}")
    for place, button in enumerate(buttons, start=1):
        kind = button.get("type")
        if button.keys() != FIELDS | LINKS.get(kind, set()) or kind not in TYPES:
            raise WrongError("-2018", f"button: {button!r:.120}")
        if button["ordering"] != place or not 1 <= len(button["name"]) <= 14:
            raise WrongError("-2018", f"button: {button!r:.120}")
        if "#{" in button["name"]:
            raise WrongError("-3008", f"button: {button!r:.120}")
        if kind == "AC" and (place != 1 or button["name"] != "채널 추가"):
            raise WrongError("-3025", f"button: {button!r:.120}")
        if kind == "WL" and not all(
            button[name].startswith(("http://", "https://")) and len(button[name]) <= 500
            for name in LINKS["WL"]
        ):
            raise WrongError("-3006", f"button: {button!r:.120}")


def check_resends(given: Iterable[Any]) -> None:
    """What goes out as text in place of an Alimtalk."""
    for one in given:
        if one == {"isResend": False}:
            continue
        kind = one.get("resendType")
        wanted = {"isResend", "resendType", "resendContent", "resendSendNo"}
        only(one, wanted | ({"resendTitle"} if kind == "LMS" else set()), "resendParameter")
        if one["isResend"] is not True or kind not in ("SMS", "LMS"):
            raise WrongError("-9997", f"resendParameter: {one!r:.120}")
        if len(one["resendContent"].encode("cp949")) > {"SMS": 90, "LMS": 2000}[kind]:
            raise WrongError("-4200", "resendContent: too long")
        if kind == "LMS" and not 1 <= len(one["resendTitle"].encode("cp949")) <= 40:
            raise WrongError("-4200", "resendTitle")


def check_text(found: Row, path: str) -> list[Row]:
    """The recipients of a request to `/sender/<path>`."""
    is_long, is_ad = path.endswith("mms"), path.startswith("ad-")
    fields = {"body", "sendNo", "senderGroupingKey", "recipientList"}
    only(found, fields | ({"title"} if is_long else set()), "body")
    if not 1 <= len(found["body"].encode("cp949")) <= (2000 if is_long else 90):
        raise WrongError("-2015", "body: too long")
    if is_long and not 1 <= len(found["title"].encode("cp949")) <= 40:
        raise WrongError("-2015", "title: too long")
    if is_ad and not ADVERTISING.fullmatch(found["body"]):
        raise WrongError("-6003", "body: not marked as advertising")
    column([found], "senderGroupingKey", KEY)
    rows = recipients(found["recipientList"])
    for row in rows:
        only(row, {"recipientGroupingKey", "recipientNo"}, "recipient")
    each_once(column(rows, "recipientGroupingKey", KEY))
    column(rows, "recipientNo", PHONE)
    return rows
