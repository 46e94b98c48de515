"""A message as it would look, before there is one: what stands beside every form on wording."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from messaging.models import MessageTemplate, Topic
from messaging.rendering import finished_buttons
from messaging.wording import Locale, Part, Values, compile_body
from orders.localtime import instant, local_day
from orders.models import Country, Shop

SAMPLE_DAYS = 8  # from today to the sample coupon's end

_SAMPLES: dict[Country, dict[str, Any]] = {
    Country.KOREA: {
        "name": "김하늘",
        "coupon": "봄맞이 10% 쿠폰",
        "more": 2,
        "benefit": {"type": "percent", "value": 10, "max": 5000, "min": 30000},
        "basis": "고객님이 참여하신 이벤트로 지급된 쿠폰 안내입니다.",
    },
    Country.JAPAN: {
        "name": "青木そら",
        "coupon": "春の10%クーポン",
        "more": 2,
        "benefit": {"type": "percent", "value": 10, "max": 500, "min": 3000},
        "basis": "お客様がご参加になったイベントで進呈したクーポンのご案内です。",
    },
}


@dataclass(frozen=True, slots=True)
class Preview:
    """A finished bubble, as `components/phone.html` takes it.

    Of the parts those that were filled in name their variable; the buttons are as a revision has
    them. `time` is what stands below the bubble.
    """

    parts: list[Part]
    buttons: list[Mapping[str, str]]
    time: str = ""


def sample_values(shop: Shop, topic: Topic, now: datetime) -> dict[str, Any]:
    """Made-up values for every variable of the topic, in the shop's language.

    They have the shape of `Message.variables`, so that a page may put real ones in their place.
    The sample coupon ends at a midnight of the shop, some days after `now`.
    """
    zone = ZoneInfo(shop.timezone)
    ends = instant(local_day(now, zone) + timedelta(days=SAMPLE_DAYS), time(), zone)
    return {"shop": shop.name, "expires": ends.isoformat(), **_SAMPLES[Country(shop.country)]}


def preview(
    template: MessageTemplate,
    values: Values,
    now: datetime,
    *,
    body: str,
    buttons: Sequence[Mapping[str, str]],
) -> Preview:
    """What the template would send with these values if it had this wording.

    Takes wording that could not be sent yet, and a template that is not kept yet, too. `now` is
    when it would go out: dates of another year are written with theirs.
    """
    shop = template.shop
    year = now.astimezone(ZoneInfo(shop.timezone)).year
    parts = compile_body(tidy(body), Topic(template.topic)).parts(values, Locale.of(shop), year)
    return Preview(parts=parts, buttons=list(buttons))


def bubble(
    template: MessageTemplate | None, values: Values, now: datetime, *, url: str = ""
) -> Preview | None:
    """The template's wording in use as it would arrive; None without.

    `url` is what its link buttons open; without one it has none, as the message itself.
    """
    if template is None or template.current is None:
        return None
    wording = template.current
    buttons = finished_buttons(wording.buttons, url)
    return preview(template, values, now, body=wording.body, buttons=buttons)


def tidy(body: str) -> str:
    """A typed text as it is kept: no space around it, lines ended as everywhere."""
    return body.replace("\r\n", "\n").strip()
