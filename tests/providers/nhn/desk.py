"""NHN Cloud on loopback: an account with a channel, templates and sender numbers."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.factories import NOW
from tests.providers.loopback import Stand, WrongError, told
from tests.providers.nhn.answers import (
    APP_KEY,
    REFUSED,
    SECRET,
    SEND_NO,
    SENDER_KEY,
    Refusal,
    code_of,
    failure,
    fate,
    moment,
    page,
    result,
    shown,
    success,
)
from tests.providers.nhn.checks import (
    Row,
    Template,
    check_alimtalk,
    check_buttons,
    check_text,
    only,
    read_object,
)
from tests.standin.desk import Request, Response

REMEMBERS = timedelta(minutes=10)
_TEMPLATE = {"templateCode", "templateName", "templateContent", "templateMessageType", "buttons"}


class NhnDesk(Stand):
    """Takes batches once each, lists them, and knows what became of each message."""

    def __init__(self, *, keeps_requests: bool = True) -> None:
        super().__init__()
        self._keeps = keeps_requests
        self.now = NOW
        self.taken: Counter[int] = Counter()
        self.rows: list[Row] = []
        self.templates: dict[str, Template] = {}
        self.numbers = {SEND_NO: ("Y", "N"), "0212345678": ("Y", "Y"), "0311234567": ("N", "N")}
        self.sees_all = True  # whether the list already has what was taken
        self.broken: list[Any] = []  # what its lists of results and of a request begin with
        self.always: str | None = None  # the code that every request is refused with
        self._keys: dict[str, datetime] = {}
        self._requests = 0

    def approve(self, code: str, content: str, buttons: list[Row] | None = None) -> None:
        """Have this wording inspected and approved already."""
        self.templates[code] = Template(code, code, content, buttons or [], "TSC03")

    def fault_for(self, request: Request) -> Any:
        """Its own controls never misbehave."""
        fault = super().fault_for(request)
        if not self._keeps:
            self.requests.clear()
            self.answered.clear()
        return fault

    def route(self, request: Request) -> Response:
        """Do what is asked, or refuse it as it refuses right clients too."""
        try:
            return self._route(request)
        except Refusal as refusal:
            return self._dated(failure(refusal.code, "refused"))

    def _route(self, request: Request) -> Response:
        url = urlsplit(request.target)
        asked = dict(parse_qsl(url.query))
        match request.method, url.path.split("/")[1:]:
            case _, ["-", *control]:
                return self._control(control, request)
            case method, ["alimtalk", "v2.3", "appkeys", app_key, *path]:
                self._admit(request, app_key)
                return self._dated(self._alimtalk(method, path, asked, request))
            case method, ["sms", "v3.0", "appKeys", app_key, *path]:
                self._admit(request, app_key)
                return self._dated(self._sms(method, path, asked, request))
        raise WrongError("-9998", f"there is no {request.method} {request.target}")

    def refusal(self, error: WrongError) -> Response:
        """With HTTP 200, as everything."""
        return self._dated(failure(error.code, str(error)))

    def _control(self, path: list[str], request: Request) -> Response:
        if path == ["counts"]:
            return told({"messages": len(self.taken), "twice": [*self.taken.values()].count(2)})
        found = read_object(request.body)
        if path == ["templates"]:
            self.approve(found["code"], found["content"], found["buttons"])
        else:
            self.misbehave(*found["faults"])
        return told({})

    def _dated(self, content: Row) -> Response:
        answer = told(content)
        utc = self.now.astimezone(UTC)
        return Response(answer.status, answer.body, date=format_datetime(utc, usegmt=True))

    def _admit(self, request: Request, app_key: str) -> None:
        if app_key != APP_KEY:
            raise Refusal("-1000")
        if request.headers.get("x-secret-key") != SECRET:
            raise Refusal("-1001")
        if self.always:
            raise Refusal(self.always)
        if request.method == "POST" and request.headers.get("content-type") != "application/json":
            raise WrongError("-9996", "Content-Type")

    def _alimtalk(self, method: str, path: list[str], asked: Row, request: Request) -> Row:
        match method, path:
            case "POST", ["raw-messages"]:
                return self._take_alimtalk(request)
            case "GET", ["messages"]:
                rows = self._search(asked, "alimtalk", "%Y-%m-%d %H:%M", "messageStatus")
                return success(messageSearchResultResponse=rows)
            case "GET", ["message-results"]:
                found = self._updated(asked, "alimtalk", "%Y-%m-%d %H:%M", timedelta(days=31))
                hidden = {"recipientGroupingKey", "senderGroupingKey"}
                results = [{k: r[k] for k in r.keys() - hidden} for r in found]
                return success(messages=[*self.broken, *results])
            case "GET", ["senders", key] if key == SENDER_KEY:
                return success(sender={"senderKey": key, "status": "YSC03"})
            case "POST", ["senders", key, "templates"] if key == SENDER_KEY:
                return self._register(read_object(request.body))
            case "GET", ["senders", key, "templates", code] if key == SENDER_KEY:
                return success(templates=self._template(code))
            case _, ["senders", *_]:
                raise Refusal("-2017")
        raise WrongError("-9998", f"{method} {path}")

    def _take_alimtalk(self, request: Request) -> Row:
        key = request.headers.get("x-nc-api-idempotency-key", "")
        found = read_object(request.body)
        rows = check_alimtalk(found, SENDER_KEY)
        if found["senderGroupingKey"] != key:
            raise WrongError("-9997", "the key of the header and of the batch differ")
        if key in self._keys and self.now < self._keys[key] + REMEMBERS:
            raise Refusal("-1005")
        template = self.templates.get(found["templateCode"])
        if template is None:
            raise Refusal("-3003")
        if template.status != "TSC03":
            raise Refusal("-3005")
        self._keys[key] = self.now
        codes = [code_of(template, row) for row in rows]
        resends = [row["resendParameter"]["isResend"] for row in rows]
        if not any(code == 0 or resend for code, resend in zip(codes, resends, strict=True)):
            results = [
                result(n, row, code)
                for n, (row, code) in enumerate(zip(rows, codes, strict=True), 1)
            ]
            message = {"requestId": None, "sendResults": results}
            return failure("-1031", "all refused") | {"message": message}
        return success(message=self._keep("alimtalk", key, rows, codes, resends))

    def _keep(
        self, service: str, key: str, rows: list[Row], codes: list[int], resends: list[bool]
    ) -> Row:
        """Take what was not refused; the answer's part about it."""
        self._requests += 1
        request_id = f"{self.now:%Y%m%d%H%M%S}r{self._requests}"
        results = []
        for seq, (row, code, resend) in enumerate(zip(rows, codes, resends, strict=True), 1):
            results.append(result(seq, row, code))
            if code == 0 or resend:
                self.taken[int(row["recipientGroupingKey"])] += 1
            if self._keeps:
                self.rows.append(
                    {"service": service, "requestId": request_id, "recipientSeq": seq}
                    | {"senderGroupingKey": key, "recipientNo": row["recipientNo"]}
                    | {"recipientGroupingKey": row["recipientGroupingKey"], "at": self.now}
                    | fate(service, row["recipientNo"], code, resend)
                )
        return {"requestId": request_id, "senderGroupingKey": key, "sendResults": results}

    def _search(self, asked: Row, service: str, form: str, status: str) -> Row:
        """The list of messages: of a request, or by a batch's key in a period of creation."""
        if "requestId" not in asked:
            start, end = (moment(asked[f"{name}CreateDate"], form) for name in ("start", "end"))
            if end - start > timedelta(days=30):
                raise WrongError("-4003", "more than a month")
        found = [
            row
            for row in self.rows
            if row["service"] == service and self.sees_all
            if row["requestId"] == asked.get("requestId", row["requestId"])
            if row["senderGroupingKey"] == asked.get("senderGroupingKey", row["senderGroupingKey"])
            if "requestId" in asked or start <= row["at"] <= end
        ]
        broken = self.broken if "requestId" in asked else []
        rows = page([shown(row) for row in found], asked)
        return {"messages": [*broken, *rows], "totalCount": len(found)}

    def _updated(self, asked: Row, service: str, form: str, span: timedelta) -> list[Row]:
        start, end = (moment(asked[f"{name}UpdateDate"], form) for name in ("start", "end"))
        if not timedelta(0) <= end - start <= span:
            raise WrongError("-4003", "too long a period")
        found = [r for r in self.rows if r["service"] == service and start <= r["at"] <= end]
        return page([shown(row) for row in found], asked)

    def _sms(self, method: str, path: list[str], asked: Row, request: Request) -> Row:
        seconds = "%Y-%m-%d %H:%M:%S"
        match method, path:
            case "POST", ["sender", "sms" | "mms" | "ad-sms" | "ad-mms" as kind]:
                found = read_object(request.body)
                rows = check_text(found, kind)
                if self.numbers.get(found["sendNo"]) != ("Y", "N"):
                    raise Refusal("-2312")
                codes = [-2019 if row["recipientNo"].endswith(REFUSED) else 0 for row in rows]
                service = kind.removeprefix("ad-")
                key = found["senderGroupingKey"]
                kept = self._keep(service, key, rows, codes, [False] * len(rows))
                results = kept.pop("sendResults")
                return success(body={"data": kept | {"statusCode": "2", "sendResultList": results}})
            case "GET", ["sender", "sms" | "mms" as kind]:
                listed = self._search(asked, kind, seconds, "msgStatus")
                return success(body={"data": listed["messages"], "totalCount": 0})
            case "GET", ["message-results"]:
                day = timedelta(days=1)
                both = [
                    r for kind in ("sms", "mms") for r in self._updated(asked, kind, seconds, day)
                ]
                return success(body={"data": [*self.broken, *both]})
            case "GET", ["sendNos"]:
                listed_numbers = [
                    {"sendNo": number, "useYn": use, "blockYn": block}
                    for number, (use, block) in self.numbers.items()
                ]
                return success(body={"data": page(listed_numbers, asked)})
        raise WrongError("-9998", f"{method} {path}")

    def _register(self, found: Row) -> Row:
        only(found, _TEMPLATE, "template")
        check_buttons(found["buttons"])
        adds_channel = any(button["type"] == "AC" for button in found["buttons"])
        if found["templateMessageType"] != ("AD" if adds_channel else "BA"):
            raise WrongError("-3024", "templateMessageType")
        if len(found["templateCode"]) > 20 or len(found["templateName"]) > 150:
            raise WrongError("-2000", "templateCode or templateName")
        names = {template.name for template in self.templates.values()}
        if found["templateCode"] in self.templates or found["templateName"] in names:
            raise Refusal("-3001")
        wording = found["templateName"], found["templateContent"], found["buttons"]
        self.templates[found["templateCode"]] = Template(found["templateCode"], *wording)
        return success()

    def _template(self, code: str) -> Row:
        found = self.templates.get(code)
        if found is None:
            raise Refusal("-3003")
        return {
            "templateCode": code,
            "templateContent": found.content,
            "status": found.status,
            "comments": [{"id": n, "content": text} for n, text in enumerate(found.comments)],
            "block": found.block,
            "dormant": found.dormant,
        }
