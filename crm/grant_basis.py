"""Why a customer has a coupon, in the one sentence that Kakao asks for (A9)."""

from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.models import Country
from orders.signs import check_line

MAX_BASIS = 200  # characters


class Preset(NamedTuple):
    """A sentence to choose; `label` says in the console what it is for."""

    key: str
    label: str | Promise
    sentence: str


PRESETS: dict[Country, tuple[Preset, ...]] = {
    Country.KOREA: (
        Preset("purchase", gettext_lazy("A purchase"), "고객님의 구매로 지급된 쿠폰 안내입니다."),
        Preset(
            "event",
            gettext_lazy("An event they entered"),
            "고객님이 참여하신 이벤트로 지급된 쿠폰 안내입니다.",
        ),
    ),
    Country.JAPAN: (
        Preset(
            "purchase",
            gettext_lazy("A purchase"),
            "お客様のご購入により進呈したクーポンのご案内です。",
        ),
        Preset(
            "event",
            gettext_lazy("An event they entered"),
            "お客様がご参加になったイベントで進呈したクーポンのご案内です。",
        ),
    ),
}


def check_basis(sentence: str) -> str:
    """The sentence as it is kept. Raises ValidationError where it could not stand in a message."""
    tidy = sentence.strip()
    errors = []
    if not tidy:
        errors.append(_("Write why the customer has the coupon."))
    if len(tidy) > MAX_BASIS:
        errors.append(
            _("The sentence has %(length)s characters; %(most)s are the most.")
            % {"length": len(tidy), "most": MAX_BASIS}
        )
    if "#{" in tidy:
        errors.append(_("The sentence can't hold a variable."))
    if not errors:
        check_line(tidy)
    if errors:
        raise ValidationError(errors)
    return tidy
