"""What a message says: a merchant's text with `#{변수}` filled in from a closed list.

No template engine touches a merchant's text; a variable's value is never read as text again.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from unicodedata import category
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from messaging.models import Channel, Topic
from orders.masking import mask_name
from orders.models import Country, Shop

MAX_BODY = 1000  # characters of an Alimtalk
MAX_BUTTONS = 5
MAX_BUTTON_NAME = 14
ADD_CHANNEL_NAME = "채널 추가"  # Kakao's own name for the AC button; it cannot be changed

_VARIABLE = re.compile(r"#\{([^{}\n]*)\}")
_BASIS_LINE = re.compile(r"^\s*(?:※\s*)?#\{지급근거\}\s*$", re.MULTILINE)

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Locale:
    """How a shop writes to its customers: its language and its zone."""

    country: Country
    timezone: str

    @classmethod
    def of(cls, shop: Shop) -> "Locale":
        """The shop's own."""
        return cls(Country(shop.country), shop.timezone)


@dataclass(frozen=True, slots=True)
class Variable:
    """One `#{name}`: how its stored value is written, an example, and whether it is personal."""

    name: str
    write: Callable[[Values, Locale, int], str]
    personal: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a finished text; `variable` names what filled it in, empty for the wording."""

    text: str
    variable: str = ""


def _coupon_name(values: Values, locale: Locale, _year: int) -> str:
    """The first coupon's name, and how many others there are (A5)."""
    name, more = str(values["coupon"]), int(values.get("more") or 0)
    if not more:
        return name
    return f"{name} 他{more}種" if locale.country == Country.JAPAN else f"{name} 외 {more}종"


def _expiry(values: Values, locale: Locale, year: int) -> str:
    """The last minute of use, with its year where it is not `year`."""
    japan = locale.country == Country.JAPAN
    if not values.get("expires"):
        return "期限なし" if japan else "기한 없음"
    return _moment(str(values["expires"]), locale, year)


@lru_cache(maxsize=4096)
def _moment(iso: str, locale: Locale, year: int) -> str:
    at = datetime.fromisoformat(iso)
    at = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(ZoneInfo(locale.timezone))
    if at.hour == at.minute == at.second == 0:
        at -= timedelta(minutes=1)  # good until midnight: people read the day before
    japan = locale.country == Country.JAPAN
    day = f"{at.month}月{at.day}日" if japan else f"{at.month}월 {at.day}일"
    if at.year != year:
        day = f"{at.year}年{day}" if japan else f"{at.year}년 {day}"
    return f"{day} {at:%H:%M}"


def _plain(key: str) -> Callable[[Values, Locale, int], str]:
    return lambda values, _locale, _year: str(values.get(key) or "")


def _benefit(values: Values, locale: Locale, _year: int) -> str:
    """The discount as a customer reads it."""
    benefit = values["benefit"]
    return describe_discount(
        kind=benefit["type"],
        value=int(benefit["value"]),
        most=benefit.get("max"),
        least=benefit.get("min"),
        country=locale.country,
    )


@lru_cache(maxsize=4096)
def describe_discount(
    *, kind: str, value: int, most: int | None, least: int | None, country: Country
) -> str:
    """A discount in words, e.g. "10% 할인 (최대 5,000원)". Money in the currency's unit."""
    if country == Country.JAPAN:
        text = f"{value}%割引" if kind == "percent" else f"{value:,}円割引"
        notes = [f"最大{most:,}円"] if most else []
        notes += [f"{least:,}円以上のご購入"] if least else []
        return text + (f"（{'、'.join(notes)}）" if notes else "")
    text = f"{value}% 할인" if kind == "percent" else f"{value:,}원 할인"
    notes = [f"최대 {most:,}원"] if most else []
    notes += [f"{least:,}원 이상 구매 시"] if least else []
    return text + (f" ({', '.join(notes)})" if notes else "")


VARIABLES: dict[Topic, dict[str, Variable]] = {
    Topic.COUPON: {
        variable.name: variable
        for variable in (
            Variable("상점명", _plain("shop")),
            Variable("이름", _plain("name"), personal=True),
            Variable("쿠폰명", _coupon_name),
            Variable("혜택", _benefit),
            Variable("사용기한", _expiry),
            Variable("지급근거", _plain("basis")),
        )
    }
}


@dataclass(frozen=True, slots=True)
class Wording:
    """A body split at its variables, so that filling it in is a join."""

    pieces: tuple[str | Variable, ...]

    def parts(
        self, values: Values, locale: Locale, year: int, *, masked: bool = False
    ) -> list[Part]:
        """The finished text in parts. `year` is the message's own, for dates of another one.

        `masked` hides what is personal, for who may not see it (F9).
        """
        return [
            Part(piece)
            if isinstance(piece, str)
            else Part(_write(piece, values, locale, year, masked), piece.name)
            for piece in self.pieces
        ]

    def text(self, values: Values, locale: Locale, year: int) -> str:
        """The finished text."""
        # A list, not a generator: this is what dispatch does most.
        return "".join(
            [
                piece if isinstance(piece, str) else piece.write(values, locale, year)
                for piece in self.pieces
            ]
        )


def _write(variable: Variable, values: Values, locale: Locale, year: int, masked: bool) -> str:
    text = variable.write(values, locale, year)
    return mask_name(text) if masked and variable.personal else text


@lru_cache(maxsize=1024)
def compile_body(body: str, topic: Topic) -> Wording:
    """Split a body at its variables. What is no variable of the topic stays as it stands."""
    known = VARIABLES[topic]
    pieces: list[str | Variable] = []
    for index, piece in enumerate(_VARIABLE.split(body)):
        if index % 2 == 0:
            pieces.append(piece)
        else:
            pieces.append(known.get(piece, f"#{{{piece}}}"))
    return Wording(tuple(piece for piece in pieces if piece != ""))


def check_body(body: str, *, channel: Channel, topic: Topic) -> None:
    """Refuse a body that could not be sent; the error lists all that is wrong with it.

    A coupon Alimtalk must give its grant basis on a line of its own (A9, Kakao's rule of
    2026-04-01).
    """
    errors = []
    if not body.strip():
        errors.append(_("Write what the message should say."))
    if len(body) > MAX_BODY:
        errors.append(
            _("The text has %(length)s characters; %(most)s are the most.")
            % {"length": len(body), "most": MAX_BODY}
        )
    if any(category(sign) == "Cc" and sign != "\n" for sign in body):
        errors.append(_("The text holds a sign that nobody can see, such as a tab. Take it out."))
    unknown = [name for name in _VARIABLE.findall(body) if name not in VARIABLES[topic]]
    if unknown:
        errors.append(
            _("There is no variable %(names)s. You can use: %(known)s")
            % {
                "names": ", ".join(f"#{{{name}}}" for name in dict.fromkeys(unknown)),
                "known": " ".join(f"#{{{name}}}" for name in VARIABLES[topic]),
            }
        )
    if "#{" in _VARIABLE.sub("", body):
        errors.append(_("A variable is opened with #{ and not closed."))
    if (channel, topic) == (Channel.ALIMTALK, Topic.COUPON) and not _BASIS_LINE.search(body):
        errors.append(
            _("A coupon Alimtalk must hold #{지급근거} on a line of its own: Kakao asks for it.")
        )
    if errors:
        raise ValidationError(errors)


def check_buttons(buttons: list[dict[str, str]]) -> None:
    """Refuse buttons that Kakao would: too many, unnamed, variables in a name, AC not first."""
    errors = []
    if len(buttons) > MAX_BUTTONS:
        errors.append(_("A message has at most %(most)s buttons.") % {"most": MAX_BUTTONS})
    for place, button in enumerate(buttons):
        if button["type"] == "AC":
            if place:
                errors.append(_("The button that adds the channel comes first, and only once."))
            continue
        name = button.get("name", "").strip()
        if not name or len(name) > MAX_BUTTON_NAME:
            errors.append(
                _("A button's name has 1 to %(most)s characters.") % {"most": MAX_BUTTON_NAME}
            )
        if "#{" in name:
            errors.append(_("A button's name can't hold a variable."))
    if errors:
        raise ValidationError(errors)
