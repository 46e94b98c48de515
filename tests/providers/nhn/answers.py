"""How NHN Cloud on loopback answers: its account, its shapes, and what becomes of a message."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from messaging.gateways import Webhook
from tests.providers.loopback import WrongError
from tests.providers.nhn.checks import Row, Template

APP_KEY, SECRET, SENDER_KEY = "akb3dukdmdjsdSvgk", "SecretOfThe", "a1b2c3d4" * 5
SIGNATURE = "spring-day-hooks"
ACCOUNT = {
    "app_key": APP_KEY,
    "secret_key": SECRET,
    "sender_key": SENDER_KEY,
    "webhook_signature": SIGNATURE,
}
SEND_NO = "15446859"
# How the numbers end that are refused at once, those without KakaoTalk (text reaches the first and
# not the second), and those of which nobody knows.
REFUSED, NO_KAKAO, NO_PHONE, UNCONFIRMED = "0000", "9999", "9998", "3005"
_KST = ZoneInfo("Asia/Seoul")


class Refusal(Exception):
    """A refusal that a right client may meet too."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def success(**content: Any) -> Row:
    """An answer that succeeded."""
    return {"header": {"resultCode": 0, "resultMessage": "SUCCESS", "isSuccessful": True}} | content


def failure(code: str, message: str) -> Row:
    """An answer that refused."""
    return {"header": {"resultCode": int(code), "resultMessage": message, "isSuccessful": False}}


def webhook(event: str, hooks: Sequence[object], signature: str = SIGNATURE) -> Webhook:
    """What it calls us with."""
    body: Row = {"hooksId": "h1", "webhookConfigId": "c1", "productName": "KakaoTalk Bizmessage"}
    body |= {"appKey": APP_KEY, "event": event, "hooks": hooks}
    return Webhook({"x-toast-webhook-signature": signature}, json.dumps(body).encode())


def moment(text: str, form: str) -> datetime:
    """A time of a request."""
    return datetime.strptime(text, form).replace(tzinfo=_KST)


def page(rows: list[Row], asked: Row) -> list[Row]:
    """What a page holds."""
    size, page = int(asked.get("pageSize", 15)), int(asked.get("pageNum", 1))
    if not 1 <= size <= 1000 or page < 1:
        raise WrongError("-4000", "pageSize")
    return rows[(page - 1) * size : page * size]


def shown(row: Row) -> Row:
    """What a list shows of a message."""
    return {name: value for name, value in row.items() if name not in ("service", "at")}


def code_of(template: Template, row: Row) -> int:
    """What a recipient is refused with at once; 0: it is not."""
    if row["recipientNo"].endswith(REFUSED):
        return -5000
    if not template.pattern.fullmatch(row["content"]):
        return -3010
    return 0 if template.fits(row["buttons"]) else -3011


def result(seq: int, row: Row, code: int) -> Row:
    """What the answer says of a recipient."""
    return {
        "recipientSeq": seq,
        "recipientNo": row["recipientNo"],
        "resultCode": code,
        "resultMessage": "SUCCESS" if code == 0 else "refused",
        "recipientGroupingKey": row["recipientGroupingKey"],
    }


def fate(service: str, number: str, code: int, resend: bool) -> Row:
    """How it ends."""
    ending = number[-4:]
    if service != "alimtalk":
        fate = "3001" if ending in (NO_KAKAO, NO_PHONE) else "1000"
        return {"resultCode": str(code) if code else fate}
    lost = {NO_KAKAO: "3019", NO_PHONE: "3019", UNCONFIRMED: "3005"}.get(ending, "1000")
    result = str(code) if code else lost
    failed = result not in ("1000", "3005")
    text = "RSC05" if ending == NO_PHONE else "RSC04"
    return {
        "resultCode": result,
        "messageStatus": "FAILED" if failed else "COMPLETED",
        "resendStatus": "RSC01" if not resend else text if failed else "RSC02",
        "receiveDate": "2026-11-20 10:00:30.0",
    }
