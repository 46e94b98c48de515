"""By which providers the shops of a chaos send, and what each of these needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bench.chaos.apps import ASKED, MUTE
from bench.chaos.town import Town
from crm.campaigns.coupon_messages.settings import set_wording, settings_of
from messaging.models import (
    Channel,
    Gateway,
    Inspection,
    MessageTemplate,
    Purpose,
    SenderNumber,
    SendingSettings,
    TemplateRevision,
    Topic,
)
from messaging.wallets import recharge
from orders.models import Shop
from tests.providers.aligo import desk as aligo
from tests.providers.fcm import google
from tests.providers.nhn import answers as nhn
from tests.providers.smtp import sending as smtp
from tests.providers.solapi import desk as solapi


@dataclass(frozen=True, slots=True)
class Way:
    """A shop's provider of Alimtalk, and channel and provider of its advertising.

    `points` are what it begins with; in the middle they are nearly spent.
    """

    alimtalk: str
    channel: Channel
    provider: str
    points: int = 0
    number: str = ""


# The shops by slug.
SHOPS = {
    "asked": Way(ASKED, Channel.PUSH, "fcm"),
    "mute": Way(MUTE, Channel.INBOX, "inbox"),
    "nhn": Way("nhn_alimtalk", Channel.TEXT, "nhn_sms", 9000, "+8215446859"),
    "solapi": Way("solapi", Channel.TEXT, "solapi", 9000, "+82215441544"),
    "aligo": Way("aligo", Channel.EMAIL, "smtp", 6000, "+82215441544"),
}
FALLBACK = "#{상점명}에서 #{쿠폰명} 쿠폰을 드렸어요."
# Short enough for an SMS, unless the coupon's name is long.
ADVERTISING = {
    Channel.TEXT: "#{쿠폰명} 쿠폰 도착",
    Channel.EMAIL: "#{이름}님, #{쿠폰명} 쿠폰이 왔어요.\n\n#{혜택}",
    Channel.PUSH: "#{쿠폰명} 쿠폰이 왔어요.",
    Channel.INBOX: "#{쿠폰명} 쿠폰이 왔어요.",
}
OPT_OUT_NUMBER = "0801234567"
URL = "https://shop.example/coupons"


def connect(shop: Shop, town: Town, now: datetime) -> None:
    """Lead a new shop to its providers, with wording that these have approved, and some points."""
    way = SHOPS[shop.slug]
    gateways = Gateway.objects.for_shop(shop)
    for channel, provider in ((Channel.ALIMTALK, way.alimtalk), (way.channel, way.provider)):
        gateways.filter(channel=channel).update(provider=provider, connected_at=now)
        for gateway in gateways.filter(channel=channel):
            gateway.account = dict(_accounts(town).get(provider, {}))
            gateway.save()
    if way.number:
        SenderNumber.objects.create(shop=shop, number=way.number, registered_at=now, in_use=True)
        SendingSettings.objects.filter(shop=shop).update(opt_out_number=OPT_OUT_NUMBER)
        recharge(shop=shop, points=way.points, step="recharge:0", now=now)
    _reword(shop, town, now)


def _accounts(town: Town) -> Mapping[str, Mapping[str, str]]:
    return {
        "nhn_alimtalk": nhn.ACCOUNT,
        "nhn_sms": nhn.ACCOUNT,
        "solapi": solapi.ACCOUNT,
        "aligo": aligo.ACCOUNT,
        "fcm": {"service_account": google.service_account()},
        "smtp": smtp.account(town.mail),
    }


def _reword(shop: Shop, town: Town, now: datetime) -> None:
    way, settings = SHOPS[shop.slug], settings_of(shop)
    revision = settings.issue_template.current
    assert revision  # noqa: S101 - a new shop's is approved
    if way.alimtalk not in (ASKED, MUTE):
        revision.provider, revision.provider_code = way.alimtalk, f"t{revision.pk}"
        revision.inspection, revision.fallback = Inspection.APPROVED, FALLBACK
        revision.save()
        _approve(town, revision)
    set_wording(
        settings=settings,
        issue_template=settings.issue_template,
        expiry_template=settings.expiry_template,
        advertising_template=_advertising(shop, way.channel, now),
        url=URL,
        now=now,
    )


def _advertising(shop: Shop, channel: Channel, now: datetime) -> MessageTemplate:
    template = MessageTemplate.objects.create(
        shop=shop, channel=channel, topic=Topic.COUPON, purpose=Purpose.ADVERTISING, name="광고"
    )
    template.current = TemplateRevision.objects.create(
        template=template,
        number=1,
        title="쿠폰 도착",
        body=ADVERTISING[channel],
        approved_at=now,
        created_at=now,
    )
    template.save()
    return template


def _approve(town: Town, revision: TemplateRevision) -> None:
    """Every provider knows it: who is asked for it is decided by the gateway."""
    code, body = revision.provider_code, revision.body
    names = [button.get("name", "채널 추가") for button in revision.buttons]
    kinds = [button["type"] for button in revision.buttons]
    rows: list[dict[str, Any]] = [
        {"ordering": place, "type": kind, "name": name, "linkMo": _any(kind)}
        for place, (kind, name) in enumerate(zip(kinds, names, strict=True), 1)
    ]
    town.nhn.approve(code, body, rows)
    theirs = [{"buttonType": row["type"], "buttonName": row["name"]} for row in rows]
    town.solapi.templates[code] = solapi.approved(body, *theirs)
    town.aligo.templates[code] = {"templtContent": body, "inspStatus": "APR", "comments": []}


def _any(kind: str) -> str:
    return "#{주소}" if kind == "WL" else ""
