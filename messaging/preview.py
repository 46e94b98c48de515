"""A message as it would look, before there is one: what stands beside every form on wording."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from messaging.models import (
    Channel,
    MessageTemplate,
    Purpose,
    SendingSettings,
    TemplateRevision,
    Topic,
)
from messaging.rendering import finished_buttons, stationery
from messaging.wording import Part, Values, tidy
from orders.localtime import instant, local_day
from orders.models import Country, Shop

SAMPLE_DAYS = 8  # from today to the sample coupon's end
# As long as a real one; it leads nowhere.
_SAMPLE_LINK = "/l/example12345"
# Where the shop's own number will stand.
_NO_NUMBER = "080-___-____"

_SAMPLES: dict[Country, dict[str, Any]] = {
    Country.KOREA: {
        "name": "김하늘",
        "coupon": "봄맞이 10% 쿠폰",
        "more": 2,
        "benefit": {"type": "percent", "value": 10, "max": 5000, "min": 30000},
        "basis": "고객님이 참여하신 이벤트로 지급된 쿠폰 안내입니다.",
        "agreed": "문자 광고 수신 동의",
    },
    Country.JAPAN: {
        "name": "青木そら",
        "coupon": "春の10%クーポン",
        "more": 2,
        "benefit": {"type": "percent", "value": 10, "max": 500, "min": 3000},
        "basis": "お客様がご参加になったイベントで進呈したクーポンのご案内です。",
        "agreed": "SMS広告の受信に同意",
    },
}


@dataclass(frozen=True, slots=True)
class Preview:
    """A finished message, as `components/phone.html` takes it.

    Of the parts those that were filled in name their variable; the buttons are as a revision has
    them. `time` is what stands below it.
    """

    parts: list[Part]
    buttons: list[Mapping[str, str]]
    time: str = ""
    title: list[Part] = field(default_factory=list)
    channel: Channel = Channel.ALIMTALK

    @property
    def text(self) -> str:
        """The finished text."""
        return "".join(part.text for part in self.parts)

    @property
    def heading(self) -> str:
        """The finished title."""
        return "".join(part.text for part in self.title)


def sample_values(shop: Shop, topic: Topic, now: datetime) -> dict[str, Any]:
    """Made-up values for every variable of the topic, in the shop's language.

    They have the shape of `Message.variables`, so that a page may put real ones in their place.
    The sample coupon ends at a midnight of the shop, some days after `now`.
    """
    zone = ZoneInfo(shop.timezone)
    ends = instant(local_day(now, zone) + timedelta(days=SAMPLE_DAYS), time(), zone)
    return {
        "shop": shop.name,
        "expires": ends.isoformat(),
        "agreed_at": now.isoformat(),
        "link": settings.BASE_URL + _SAMPLE_LINK,
        **_SAMPLES[Country(shop.country)],
    }


def preview(
    template: MessageTemplate,
    values: Values,
    now: datetime,
    *,
    body: str,
    buttons: Sequence[Mapping[str, str]],
    title: str = "",
) -> Preview:
    """What the template would send with these values if it had this wording.

    Takes wording that could not be sent yet, and a template that is not kept yet, too. `now` is
    when it would go out: the law of that day adds its marks, and dates of another year are written
    with theirs.
    """
    revision = TemplateRevision(
        template=template, title=title.strip(), body=tidy(body), buttons=list(buttons)
    )
    number = _opt_out_number(template)
    paper = stationery(revision, template.shop, now, opt_out_number=number)
    heading, parts = paper.parts(values)
    return Preview(parts, list(buttons), title=heading, channel=paper.channel)


def _opt_out_number(template: MessageTemplate) -> str:
    if (template.channel, template.purpose) != (Channel.TEXT, Purpose.ADVERTISING):
        return ""
    own = SendingSettings.objects.filter(shop=template.shop)
    return own.values_list("opt_out_number", flat=True).first() or _NO_NUMBER


def bubble(
    template: MessageTemplate | None, values: Values, now: datetime, *, url: str = ""
) -> Preview | None:
    """The template's wording in use as it would arrive; None without.

    `url` is what its link buttons open; without one it has none, as the message itself.
    """
    if template is None or template.current is None:
        return None
    used = template.current
    buttons = finished_buttons(used.buttons, url)
    return preview(template, values, now, title=used.title, body=used.body, buttons=buttons)
