"""NHN Cloud's stand-in, which dispatch is measured against, and a shop connected to it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from crm.campaigns.coupon_messages.settings import settings_of
from messaging.models import Channel, Gateway, Inspection, TemplateRevision, Wallet
from messaging.starters import STARTERS
from orders.models import Country, Shop
from tests.providers.nhn.answers import ACCOUNT
from tests.standin.process import StandIn

CODE = "dangol-issue"
PAGE = "https://shop.example/coupons"
POINTS = 10**12
_BUTTONS = [
    {"ordering": 1, "type": "AC", "name": "채널 추가"},
    {"ordering": 2, "type": "WL", "name": "쿠폰함 열기", "linkMo": "http://#{링크}"},
]


@contextmanager
def running() -> Iterator[StandIn]:
    """The stand-in in a process of its own; it has approved the issue message's wording."""
    with tempfile.TemporaryDirectory() as folder:
        stand_in = StandIn(Path(folder) / "log", module="tests.providers.nhn")
        stand_in.start()
        try:
            body = STARTERS[Country.KOREA].issue.body
            wording = {"code": CODE, "content": body, "buttons": _BUTTONS}
            requests.post(
                f"{stand_in.url}/-/templates", json=wording, timeout=10
            ).raise_for_status()
            yield stand_in
        finally:
            stand_in.kill()


def connect_shop(shop: Shop) -> None:
    """Have the shop's Alimtalk go through NHN Cloud, paid with points, and lead to a page."""
    settings = settings_of(shop)
    settings.url = PAGE
    settings.save(update_fields=["url"])
    gateways = Gateway.objects.filter(shop=shop, channel=Channel.ALIMTALK)
    gateways.update(provider="nhn_alimtalk", account=ACCOUNT)
    TemplateRevision.objects.filter(template=settings.issue_template).update(
        provider="nhn_alimtalk", provider_code=CODE, inspection=Inspection.APPROVED
    )
    Wallet.objects.update_or_create(
        shop=shop, defaults={"recharged": POINTS, "available": POINTS, "reserved": 0, "spent": 0}
    )
