"""What a consent is called in a message to the member, built by the database."""

from zoneinfo import ZoneInfo

from django.db.models import Case, CharField, Q, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Concat, ExtractDay, ExtractMonth, ExtractYear

from orders.models import ConsentKind, Country, Shop

# In the customers' language, not the merchant's.
_NAMES = {
    Country.KOREA: {
        ConsentKind.TEXT: "문자 광고 수신",
        ConsentKind.EMAIL: "이메일 광고 수신",
        ConsentKind.PUSH: "앱푸시 광고 수신",
        ConsentKind.NIGHT: "야간(21시~8시) 광고 수신",
        ConsentKind.COUPON_MAIL: "쿠폰 메일 수신",
    },
    Country.JAPAN: {
        ConsentKind.TEXT: "SMS広告の受信",
        ConsentKind.EMAIL: "メール広告の受信",
        ConsentKind.PUSH: "アプリプッシュ広告の受信",
        ConsentKind.NIGHT: "夜間の広告の受信",
        ConsentKind.COUPON_MAIL: "クーポンメールの受信",
    },
}
_GIVEN = {
    Country.KOREA: {True: " 동의", False: " 거부"},
    Country.JAPAN: {True: "に同意", False: "を拒否"},
}
_DATE = {Country.KOREA: ("년 ", "월 ", "일"), Country.JAPAN: ("年", "月", "日")}


def said(shop: Shop) -> Combinable:
    """What was agreed to or refused, e.g. "문자 광고 수신 동의"."""
    country = Country(shop.country)
    return Case(
        *(
            When(Q(kind=kind, given=given), then=Value(name + word))
            for kind, name in _NAMES[country].items()
            for given, word in _GIVEN[country].items()
        ),
        default=Value(""),
        output_field=CharField(),
    )


def day(shop: Shop) -> Combinable:
    """The day of the shop's calendar on which it was, e.g. "2026년 11월 20일"."""
    zone = ZoneInfo(shop.timezone)
    year, month, last = map(Value, _DATE[Country(shop.country)])
    y, m, d = (
        Cast(part("since", tzinfo=zone), CharField())
        for part in (ExtractYear, ExtractMonth, ExtractDay)
    )
    return Concat(y, year, m, month, d, last, output_field=CharField())
