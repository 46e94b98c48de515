"""What the law asks of advertising, by country and by the day it came into force (F3).

A change of the law is a new row and no new code; what was sent before it is judged by the old one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum

from messaging.models import Channel, Purpose
from orders.models import Country

Hours = tuple[time, time]


class Place(StrEnum):
    """Where a message says that it is advertising: the first thing that its reader sees."""

    TEXT = "text"
    TITLE = "title"


@dataclass(frozen=True, slots=True)
class Rules:
    """What advertising on one channel must keep.

    `hours` are [opens, closes) in the shop's zone, None for no closed hours; `night_opens`: a
    consent to advertising at night opens them. `mark` stands at the start of `place`, and with
    `names_shop` the shop's name follows it (or, where there is no mark, comes first). `refusal`
    ends the text: how to refuse, for nothing; `{number}` is the shop's own number for it. An empty
    one says that the way out is a link which the provider puts in (e-mail).
    """

    hours: Hours | None = None
    night_opens: bool = False
    mark: str = ""
    place: Place = Place.TEXT
    names_shop: bool = False
    refusal: str = ""

    @property
    def needs_number(self) -> bool:
        """Whether the shop must have a number of its own for refusals (C8)."""
        return "{number}" in self.refusal


@dataclass(frozen=True, slots=True)
class Law:
    """A country's rules, as in force from `since`.

    `advertising` has a row for each channel that may carry it at all. A consent is reconfirmed
    after `reconfirm_years`, and who consents, refuses or withdraws is told within `notice_within`;
    None where the country does not ask for it.
    """

    country: Country
    since: date
    source: str
    advertising: Mapping[Channel, Rules]
    reconfirm_years: int | None = None
    notice_within: timedelta | None = None

    def hours(self, channel: Channel) -> Hours | None:
        """When advertising may go out on the channel, [opens, closes); None: at any hour."""
        rules = self.advertising.get(channel)
        return rules.hours if rules else None

    def may_carry(self, channel: Channel, purpose: Purpose) -> bool:
        """Whether messages of this purpose may go by this channel; Alimtalk informs only."""
        return purpose == Purpose.INFORMATION or channel in self.advertising

    def needs_number(self, channel: Channel, purpose: Purpose) -> bool:
        """Whether the shop's number for refusals must be there before such a message (C8)."""
        rules = self.advertising.get(channel)
        return purpose == Purpose.ADVERTISING and rules is not None and rules.needs_number


_MARK = "(광고)"
_DAY: Hours = (time(8), time(21))

# Sources: 정보통신망법 제50조 (consent, refusal, night, mark, notice, reconfirmation), its decree
# 제61조 (e-mail is exempt at night), 제62조의2, 제62조의3 and 별표 6 (what is said, and where).
#
# The inbox is a message box that a member opens on the shop's own site. No medium but e-mail is
# exempt, and it is nobody's post on a page: it is addressed to one person. So it is marked and
# keeps the hours; a consent at night is given for what rings (text, push) and does not open it.
# How to refuse push and inbox without cost is not prescribed; it is said where every app and every
# shop has it.
_KOREA = Law(
    country=Country.KOREA,
    since=date(2014, 11, 29),
    source="정보통신망법 제50조, 시행령 제61조–제62조의3·별표 6",
    advertising={
        Channel.TEXT: Rules(
            hours=_DAY,
            night_opens=True,
            mark=_MARK,
            names_shop=True,
            refusal="무료수신거부 {number}",
        ),
        Channel.EMAIL: Rules(mark=_MARK, place=Place.TITLE),
        Channel.PUSH: Rules(
            hours=_DAY,
            night_opens=True,
            mark=_MARK,
            place=Place.TITLE,
            names_shop=True,
            refusal="무료수신거부: 앱 알림 설정",
        ),
        Channel.INBOX: Rules(
            hours=_DAY,
            mark=_MARK,
            place=Place.TITLE,
            names_shop=True,
            refusal="무료수신거부: 회원정보 수정",
        ),
    },
    reconfirm_years=2,
    notice_within=timedelta(days=14),
)

# 特定電子メール法 asks for consent before, the sender's name and a way to refuse (第3条,
# 第4条), in e-mail and SMS; since the change of 2008 without a mark. It knows no closed hours, no
# reconfirmation and no notice. Push and inbox are not in it; they name the shop all the same.
_JAPAN = Law(
    country=Country.JAPAN,
    since=date(2008, 12, 1),
    source="特定電子メールの送信の適正化等に関する法律 第3条・第4条",
    advertising={
        Channel.TEXT: Rules(names_shop=True, refusal="配信停止 {number}"),
        Channel.EMAIL: Rules(),
        Channel.PUSH: Rules(
            place=Place.TITLE, names_shop=True, refusal="配信停止: アプリの通知設定"
        ),
        Channel.INBOX: Rules(
            place=Place.TITLE, names_shop=True, refusal="配信停止: 会員情報の変更"
        ),
    },
)

LAWS = (_KOREA, _JAPAN)


def law(country: Country, on: date) -> Law:
    """The country's law on a day of the shop; before the first one we know, that one."""
    rows = sorted((row for row in LAWS if row.country == country), key=lambda row: row.since)
    return next((row for row in reversed(rows) if row.since <= on), rows[0])
