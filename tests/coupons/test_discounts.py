"""Discounts in words."""

import pytest

from coupons.discounts import Benefit, benefit_of, describe
from messaging.wording import describe_discount
from orders.models import Country
from tests.factories import CouponFactory

CASES = [
    ("KRW", "percent", 10, None, None, "10% 할인"),
    ("KRW", "percent", 10, 5000, None, "10% 할인 (최대 5,000원)"),
    ("KRW", "percent", 10, 5000, 20000, "10% 할인 (최대 5,000원, 20,000원 이상 구매 시)"),
    ("KRW", "fixed", 3000, None, 20000, "3,000원 할인 (20,000원 이상 구매 시)"),
    ("JPY", "percent", 10, 500, None, "10%割引（最大500円）"),
    ("JPY", "percent", 10, 500, 3000, "10%割引（最大500円、3,000円以上のご購入）"),
    ("JPY", "fixed", 1000, None, None, "1,000円割引"),
]


@pytest.mark.parametrize(("currency", "kind", "value", "most", "least", "words"), CASES)
def test_a_discount_is_described_as_customers_read_it(currency, kind, value, most, least, words):
    benefit: Benefit = {
        "type": kind,
        "value": value,
        "max": most,
        "min": least,
        "currency": currency,
    }
    assert describe(benefit) == words


@pytest.mark.parametrize(("currency", "kind", "value", "most", "least", "words"), CASES)
def test_console_and_message_describe_it_alike(currency, kind, value, most, least, words):
    country = Country.JAPAN if currency == "JPY" else Country.KOREA
    assert words == describe_discount(
        kind=kind, value=value, most=most, least=least, country=country
    )


@pytest.mark.django_db
def test_a_coupons_benefit_is_its_plain_values():
    coupon = CouponFactory.create(max_discount=5000)
    assert describe(benefit_of(coupon, "KRW")) == "10% 할인 (최대 5,000원)"
