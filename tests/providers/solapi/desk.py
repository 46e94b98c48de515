"""SOLAPI on loopback: an account with a channel, a template, a number and a balance."""

import json
from datetime import datetime, timedelta
from hashlib import sha1
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.factories import NOW
from tests.providers.loopback import Stand, WrongError, told
from tests.providers.solapi.checks import Message, Template, check_signature, read_body, refused
from tests.standin.desk import Request, Response

API_KEY, SECRET, PF_ID, HOOK_SECRET = "NCSAYU7YDBXYORXC", "s3cret-of-the-api", "PF01ID", "hook-word"
ACCOUNT = {
    "api_key": API_KEY,
    "api_secret": SECRET,
    "pf_id": PF_ID,
    "webhook_secret": HOOK_SECRET,
}
TEMPLATE, NUMBER = "KA01TP1", "0215441544"
# How the numbers end that are refused at once, those that refused at the 080 number, and those of
# people without KakaoTalk.
BLOCKED, OPTED_OUT, NO_KAKAO = "0000", "0080", "9999"
_LISTED = {"to", "dateType", "startDate", "limit", "startKey"}
_MONEY = {"requested": 0, "replacement": 0, "refund": 0, "sum": 0}


class SolapiDesk(Stand):
    """Takes groups of messages, lists them, and knows later what became of each."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.balance = 10**6
        self.page = 500
        self.broken: list[Any] = []  # what its lists hold besides
        self.numbers = {NUMBER: "ACTIVE", "0310000000": "EXPIRED"}
        self.templates: dict[str, Template] = {TEMPLATE: approved("#{이름}님, 쿠폰이 왔어요.")}
        self.groups: dict[str, dict[str, Any]] = {}
        self.used: set[str] = set()
        self._ids = count(1)

    @property
    def rows(self) -> list[Message]:
        """Every message that was taken, in its order."""
        return [row for group in self.groups.values() for row in group["rows"]]

    def deliver(self) -> None:
        """Let everything reach its end."""
        for row in self.rows:
            failed = row["to"].endswith(NO_KAKAO)
            falls_back = failed and not row["kakaoOptions"].get("disableSms", True)
            row["statusCode"] = "3104" if failed and not falls_back else "4000"
            row["replacement"] = falls_back
            row["dateReported"] = _iso(self.now + timedelta(seconds=30))

    def webhook(self, *, flat: bool = False) -> tuple[dict[str, str], bytes]:
        """What it would report now: headers and body."""
        rows = [{k: v for k, v in row.items() if k != "text"} for row in self.rows]
        events = [
            {"eventDataId": f"e{n}", "data": row, "retryCount": 0} for n, row in enumerate(rows)
        ]
        body = json.dumps(rows if flat else events).encode()
        return {"x-solapi-secret": hook_word()}, body

    def route(self, request: Request) -> Response:
        """Check the signature, then do what is asked."""
        header = request.headers.get("authorization", "")
        if word := check_signature(header, API_KEY, SECRET, self.used):
            return told({"errorCode": word, "errorMessage": word}, 403)
        url = urlsplit(request.target)
        asked = dict(parse_qsl(url.query, strict_parsing=bool(url.query)))
        match request.method, url.path.split("/")[1:]:
            case "POST", ["messages", "v4", "send-many", "detail"]:
                return self._take(request)
            case "GET", ["messages", "v4", "list"]:
                return self._list(asked)
            case "GET", ["messages", "v4", "groups", group]:
                return told(self._group(group))
            case "GET", ["messages", "v4", "groups", group, "messages"]:
                return self._page(self._known(group)["rows"], asked)
            case "GET", ["cash", "v1", "balance"]:
                return told({"balance": self.balance, "point": 0})
            case "GET", ["senderid", "v1", "numbers"]:
                rows = [{"phoneNumber": n, "status": s} for n, s in self.numbers.items()]
                return told({"accountId": "A1", "senderIds": rows})
            case method, ["kakao", "v2", "templates", *rest]:
                return self._template(method, rest, request.body)
        raise WrongError("ResourceNotFound", f"{request.method} {url.path}")

    def refusal(self, error: WrongError) -> Response:
        """As every error of SOLAPI."""
        status = 404 if error.code == "ResourceNotFound" else 400
        return told({"errorCode": error.code, "errorMessage": str(error)}, status)

    def _take(self, request: Request) -> Response:
        if request.headers.get("content-type") != "application/json":
            raise WrongError("ValidationError", "Content-Type")
        body = read_body(request.body)
        group = f"G4V{next(self._ids):05}"
        rows, failed, seen = list[Message](), list[Message](), set[str]()
        for message in body["messages"]:
            code = self._code(message)
            if not body.get("allowDuplicates") and message["to"] in seen:
                code = "1026"
            seen.add(message["to"])
            row = self._row(message, group, code or "2000")
            (failed if code else rows).append(row)
            self.balance -= not code
        self.groups[group] = {"rows": rows, "failed": len(failed), "sent": self.now}
        listed = {"messageList": rows} if body.get("showMessageList") else {}
        return told({"groupInfo": self._group(group), "failedMessageList": failed, **listed})

    def _code(self, message: Message) -> str:
        if not self.balance:
            return "1030"
        if message["to"].endswith(BLOCKED):
            return "1060"
        if message["to"].endswith(OPTED_OUT):
            return "1061"
        active = {number for number, status in self.numbers.items() if status == "ACTIVE"}
        return refused(message, active, self.templates)

    def _row(self, message: Message, group: str, code: str) -> Message:
        return {
            "kakaoOptions": {},
            "from": None,
            **message,
            "messageId": f"M4V{next(self._ids):08}",
            "groupId": group,
            "accountId": "A1",
            "statusCode": code,
            "statusMessage": "정상 접수" if code == "2000" else "거절",
            "replacement": False,
            "dateCreated": _iso(self.now),
        }

    def _known(self, group: str) -> dict[str, Any]:
        if group not in self.groups:
            raise WrongError("ResourceNotFound", group)
        return self.groups[group]

    def _group(self, group: str) -> dict[str, Any]:
        found = self._known(group)
        total = len(found["rows"]) + found["failed"]
        names = ("sentTotal", "sentSuccess", "sentPending", "sentReplacement", "refund")
        counted = {"total": total, "registeredFailed": found["failed"]}
        counted |= {"registeredSuccess": len(found["rows"])} | dict.fromkeys(names, 0)
        return {
            **{"groupId": group, "count": counted, "countForCharge": {}, "balance": _MONEY},
            **{"point": _MONEY, "app": {}, "log": [], "status": "SENDING", "price": {}},
            **{"allowDuplicates": True, "isRefunded": False, "accountId": "A1"},
            **{"masterAccountId": None, "apiVersion": "4", "dateCreated": _iso(found["sent"])},
            "dateUpdated": _iso(found["sent"]),
        }

    def _list(self, asked: dict[str, str]) -> Response:
        if not asked.keys() <= _LISTED or asked.get("dateType", "CREATED") != "CREATED":
            raise WrongError("ValidationError", f"list: {asked}")
        since = datetime.fromisoformat(asked["startDate"])
        rows = [row for row in self.rows if row["to"] == asked["to"]]
        return self._page(
            [row for row in rows if datetime.fromisoformat(row["dateCreated"]) >= since], asked
        )

    def _page(self, rows: list[Message], asked: dict[str, str]) -> Response:
        begin, size = int(asked.get("startKey", "0")), min(int(asked.get("limit", "20")), self.page)
        page = {row["messageId"]: row for row in rows[begin : begin + size]}
        page |= {f"M4X{n}": each for n, each in enumerate(self.broken)}
        end = begin + size
        following = str(end) if end < len(rows) else None
        return told({"limit": size, "messageList": page, "startKey": None, "nextKey": following})

    def _template(self, method: str, rest: list[str], body: bytes) -> Response:
        match method, rest:
            case "POST", []:
                code = f"KA01TP{next(self._ids) + 1}"
                self.templates[code] = {**_registration(json.loads(body)), "templateId": code}
            case "PUT", [code, "inspection"] if self.templates[code]["status"] == "PENDING":
                self.templates[code]["status"] = "INSPECTING"
            case "GET", [code] if code in self.templates:
                pass
            case _:
                raise WrongError("ResourceNotFound", f"{method} {rest}")
        return told(self.templates[code])


def approved(content: str, *buttons: Message) -> Template:
    """A template that may be used."""
    return {
        "templateId": TEMPLATE,
        "channelId": PF_ID,
        "content": content,
        "buttons": list(buttons),
        "status": "APPROVED",
        "comments": [],
    }


def hook_word() -> str:
    """What a call of SOLAPI shows that it is one."""
    return sha1(HOOK_SECRET.encode(), usedforsecurity=False).hexdigest()


def _registration(told: Message) -> Template:
    required = {"name", "content", "categoryCode", "channelId"}
    optional = {"buttons", "messageType", "emphasizeType", "securityFlag"}
    if not required <= told.keys() <= required | optional or not all(map(told.get, required)):
        raise WrongError("ValidationError", f"template: {told}")
    if len(told["content"]) > 1000 or told["channelId"] != PF_ID:
        raise WrongError("ValidationError", "content, channelId")
    buttons = told.get("buttons", [])
    if (told["messageType"] == "AD") != any(each["buttonType"] == "AC" for each in buttons):
        raise WrongError("ValidationError", "AC belongs to AD, and comes first")
    for button in buttons:
        if button["buttonType"] == "WL" and not button["linkMo"].startswith("http"):
            raise WrongError("ValidationError", "linkMo")
    return {**told, "status": "PENDING", "comments": []}


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
