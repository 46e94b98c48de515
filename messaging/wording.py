"""What a message says: a merchant's text with `#{변수}` filled in from a closed list.

No template engine touches a merchant's text; a variable's value is never read as text again.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from messaging.models import Topic
from orders.masking import mask_name
from orders.models import Country, Shop

ADD_CHANNEL_NAME = "채널 추가"  # Kakao's own name for the AC button; it cannot be changed

VARIABLE = re.compile(r"#\{([^{}\n]*)\}")

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
    """One `#{name}`: how its stored value is written, and whether it is personal.

    `most` is how many characters it can become: what its columns hold, and what is written around.
    """

    name: str
    write: Callable[[Values, Locale, int], str]
    most: int
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


def _agreed_at(values: Values, locale: Locale, _year: int) -> str:
    """The day, always with its year: it is a record."""
    if not values.get("agreed_at"):
        return ""
    return _day(str(values["agreed_at"]), locale)


@lru_cache(maxsize=4096)
def _day(iso: str, locale: Locale) -> str:
    at = datetime.fromisoformat(iso)
    at = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(ZoneInfo(locale.timezone))
    if locale.country == Country.JAPAN:
        return f"{at.year}年{at.month}月{at.day}日"
    return f"{at.year}년 {at.month}월 {at.day}일"


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


_NAME = 80  # characters of a shop's, a customer's and a coupon's name
_SHOP = Variable("상점명", _plain("shop"), _NAME)
_CUSTOMER = Variable("이름", _plain("name"), _NAME, personal=True)
# The message's short link, through which taps are counted (F7).
LINK = Variable("링크", _plain("link"), 80)

VARIABLES: dict[Topic, dict[str, Variable]] = {
    Topic.COUPON: {
        variable.name: variable
        for variable in (
            _SHOP,
            _CUSTOMER,
            Variable("쿠폰명", _coupon_name, _NAME + len(" 외 999999종")),
            Variable("혜택", _benefit, 50),
            Variable("사용기한", _expiry, len("2026년 12월 31일 23:59")),
            Variable("지급근거", _plain("basis"), 200),
            LINK,
        )
    },
    Topic.CONSENT: {
        variable.name: variable
        for variable in (
            _SHOP,
            _CUSTOMER,
            Variable("동의일", _agreed_at, len("2026년 12월 31일")),
            Variable("동의내용", _plain("agreed"), 600),
        )
    },
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
    for index, piece in enumerate(VARIABLE.split(body)):
        if index % 2 == 0:
            pieces.append(piece)
        else:
            pieces.append(known.get(piece, f"#{{{piece}}}"))
    return Wording(tuple(piece for piece in pieces if piece != ""))


def tidy(text: str) -> str:
    """A typed text as it is kept: no space around it, lines ended as everywhere."""
    return text.replace("\r\n", "\n").strip()
