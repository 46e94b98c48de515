"""Batches as the tests of NHN Cloud send them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from messaging.gateways import FrozenBatch, Letterhead, Outgoing, Provider
from messaging.models import Channel, Purpose, Service
from tests.factories import NOW
from tests.providers.nhn.answers import ACCOUNT
from tests.providers.nhn.desk import NhnDesk

KEY = UUID(int=7)
LATER = timedelta(minutes=16)
TEXT, LINK = "하늘님, 쿠폰이 왔어요.", "https://shop.example/l/1"
BUTTONS = (
    {"type": "AC", "name": "채널 추가"},
    {"type": "WL", "name": "쿠폰함 열기", "url": LINK},
    {"type": "AL", "name": "앱 열기", "ios": "shop://i", "android": "shop://a"},
    {"type": "DS", "name": "배송 조회"},
    {"type": "BK", "name": "상담"},
)
AD = "(광고) 봄날문구\n모든 노트 20% 할인\n무료수신거부 0801234567"


def message(pk: int, phone: str = "+821012341111", **fields) -> Outgoing:
    told: dict[str, Any] = {"id": pk, "address": phone, "text": TEXT, "buttons": BUTTONS}
    return Outgoing(**told | fields)


def head(service: Service = Service.ALIMTALK, **fields) -> Letterhead:
    channel = Channel.ALIMTALK if service == Service.ALIMTALK else Channel.TEXT
    told: dict[str, Any] = {"key": KEY, "channel": channel, "service": service, "shop": "봄날문구"}
    told |= {"purpose": Purpose.INFORMATION, "sender": "+8215446859", "template_code": "spring"}
    return Letterhead(**told | fields)


def batch(
    provider: Provider, *messages: Outgoing, frozen_at: datetime = NOW, **account: str
) -> FrozenBatch:
    """Of Alimtalk, or of SMS where the provider sends text."""
    is_text = Channel.TEXT in provider.channels
    letterhead = head(Service.SMS if is_text else Service.ALIMTALK)
    return frozen(provider, letterhead, *messages, frozen_at=frozen_at, **account)


def frozen(
    provider: Provider,
    letterhead: Letterhead,
    *messages: Outgoing,
    frozen_at: datetime = NOW,
    **account: str,
) -> FrozenBatch:
    payload = provider.compose(messages, letterhead, ACCOUNT)
    told = ACCOUNT | account
    return FrozenBatch(1, KEY, payload, "nhn", len(messages), frozen_at, account=told)


def approve(desk: NhnDesk) -> None:
    """The wording of `message`, with its buttons."""
    desk.approve(
        "spring",
        "#{이름}님, 쿠폰이 왔어요.",
        [
            {"ordering": 1, "type": "AC", "name": "채널 추가"},
            {"ordering": 2, "type": "WL", "name": "쿠폰함 열기", "linkMo": "https://#{주소}"},
            {"ordering": 3, "type": "AL", "name": "앱 열기"},
            {"ordering": 4, "type": "DS", "name": "배송 조회"},
            {"ordering": 5, "type": "BK", "name": "상담"},
        ],
    )
