"""Aligo on loopback: an account with a channel, a template and a number."""

import json
import re
from itertools import count
from typing import Any
from urllib.parse import parse_qsl

from tests.providers.loopback import Stand, WrongError, told
from tests.providers.nhn.checks import pattern
from tests.standin.desk import Request, Response

ACCOUNT = {"apikey": "k3y-of-aligo", "userid": "dangol", "senderkey": "s" * 40}
TEMPLATE, SENDER, BODY = "TT_1001", "0215441544", "쿠폰이 왔어요."
NO_KAKAO = "9999"  # how the numbers of people without KakaoTalk end
_COMMON = {"apikey", "userid", "senderkey", "tpl_code", "sender", "testMode", "failover"}
_NUMBERED = re.compile(r"(receiver|subject|message|button|fsubject|fmessage)_([1-9][0-9]*)")


class AligoDesk(Stand):
    """Takes requests by a number of its own, and knows later what became of each recipient."""

    def __init__(self) -> None:
        super().__init__()
        self.templates: dict[str, dict[str, Any]] = {
            TEMPLATE: {"templtContent": BODY, "inspStatus": "APR", "comments": []}
        }
        self.sent: dict[str, list[dict[str, Any]]] = {}
        self.senders = {SENDER}
        self.page = 500
        self._ids = count(1001)

    def deliver(self) -> None:
        """Let everything reach its end."""
        for row in (row for rows in self.sent.values() for row in rows):
            failed = row["phone"].endswith(NO_KAKAO)
            row |= {"msgid": "71", "rslt": "3019" if failed else "0000"}
            row |= {"rsltdate": "2026-11-20 10:00:30", "smid": "8" if failed and row["f"] else ""}

    def route(self, request: Request) -> Response:
        """Only forms are read, and only of this account."""
        if request.headers.get("content-type") != "application/x-www-form-urlencoded":
            raise WrongError("-105", "Content-Type")
        pairs = parse_qsl(request.body.decode(), keep_blank_values=True, strict_parsing=True)
        form = dict(pairs)
        if len(form) < len(pairs):
            raise WrongError("-105", "a field twice")
        if any(form.get(name) != value for name, value in ACCOUNT.items()):
            return told({"code": -101, "message": "인증 오류"})
        match request.method, request.target:
            case "POST", "/akv10/alimtalk/send/":
                return self._take(form)
            case "POST", "/akv10/history/detail/":
                return self._results(form)
            case "POST", "/akv10/heartinfo/":
                return told({"code": 0, "AT_CNT": 100})
            case "POST", "/akv10/template/add/":
                return self._add(form)
            case "POST", "/akv10/template/request/":
                self.templates[form["tpl_code"]]["inspStatus"] = "REQ"
                return told({"code": 0})
            case "POST", "/akv10/template/list/":
                rows = [{"templtCode": code, **rest} for code, rest in self.templates.items()]
                return told({"code": 0, "list": rows})
        raise WrongError("-404", request.target)

    def refusal(self, error: WrongError) -> Response:
        """With 200, as everything."""
        return told({"code": int(error.code), "message": str(error)})

    def _take(self, form: dict[str, str]) -> Response:
        places = _places(form)
        template = self.templates.get(form["tpl_code"])
        if not template or template["inspStatus"] != "APR" or form["sender"] not in self.senders:
            raise WrongError("-501", "tpl_code, sender")
        rows = [_row(form, n, template["templtContent"]) for n in range(1, places + 1)]
        mid = str(next(self._ids))
        self.sent[mid] = rows
        info = {"type": "AT", "mid": int(mid), "scnt": len(rows), "fcnt": 0}
        return told({"code": 0, "message": "성공", "info": info})

    def _results(self, form: dict[str, str]) -> Response:
        rows = self.sent[form["mid"]]
        page, size = int(form["page"]), min(int(form["limit"]), self.page)
        part = rows[(page - 1) * size : page * size]
        pages = -(-len(rows) // size)
        return told({"code": 0, "list": part, "currentPage": page, "totalPage": pages})

    def _add(self, form: dict[str, str]) -> Response:
        known = {*ACCOUNT, "tpl_name", "tpl_content", "tpl_button", "tpl_type"}
        if not form.keys() <= known or len(form["tpl_content"]) > 1000:
            raise WrongError("-105", "template")
        code = f"TT_{next(self._ids)}"
        self.templates[code] = {
            "templtContent": form["tpl_content"],
            "inspStatus": "REG",
            "comments": [],
            "buttons": json.loads(form.get("tpl_button", "{}")),
        }
        return told({"code": 0, "data": {"templtCode": code}})


def _places(form: dict[str, str]) -> int:
    numbered = [_NUMBERED.fullmatch(name) for name in form.keys() - _COMMON]
    if None in numbered or form["testMode"] != "N" or form["failover"] not in "YN":
        raise WrongError("-105", "unknown fields")
    places = {int(found[2]) for found in numbered if found}
    if not 1 <= len(places) <= 500 or places != set(range(1, len(places) + 1)):
        raise WrongError("-105", "wanted 1 to 500 recipients without a gap")
    return len(places)


def _row(form: dict[str, str], n: int, wording: str) -> dict[str, Any]:
    phone, falls_back = form[f"receiver_{n}"], form["failover"] == "Y"
    text = pattern(wording)
    if not re.fullmatch(r"01[0-9]{8,9}", phone) or not text.fullmatch(form[f"message_{n}"]):
        raise WrongError("-105", f"receiver_{n}, message_{n}")
    if not form[f"subject_{n}"] or falls_back != bool(form.get(f"fmessage_{n}")):
        raise WrongError("-105", f"subject_{n}, fmessage_{n}")
    for button in json.loads(form.get(f"button_{n}", '{"button": []}'))["button"]:
        if not {"name", "linkType"} <= button.keys():
            raise WrongError("-105", f"button_{n}")
    return {"phone": phone, "msgid": f"Q{n}", "rslt": "", "f": falls_back}
