"""Arithmetic and words of discounts, without a database."""

from typing import TypedDict

from coupons.models import Coupon, DiscountType


class Benefit(TypedDict):
    """What a coupon gives, as plain values. Money is in the currency's smallest unit."""

    type: str
    value: int
    max: int | None
    min: int | None
    currency: str


def benefit_of(coupon: Coupon, currency: str) -> Benefit:
    """What this coupon gives."""
    return {
        "type": coupon.discount_type,
        "value": coupon.discount_value,
        "max": coupon.max_discount,
        "min": coupon.min_order,
        "currency": currency,
    }


def describe(benefit: Benefit) -> str:
    """The discount as the shop's customers read it, in the language of its currency's country."""
    return _in_japanese(benefit) if benefit["currency"] == "JPY" else _in_korean(benefit)


def _in_korean(benefit: Benefit) -> str:
    value, most, least = benefit["value"], benefit["max"], benefit["min"]
    text = f"{value}% 할인" if _is_percent(benefit) else f"{value:,}원 할인"
    notes = [f"최대 {most:,}원"] if most else []
    notes += [f"{least:,}원 이상 구매 시"] if least else []
    return f"{text} ({', '.join(notes)})" if notes else text


def _in_japanese(benefit: Benefit) -> str:
    value, most, least = benefit["value"], benefit["max"], benefit["min"]
    text = f"{value}%割引" if _is_percent(benefit) else f"{value:,}円割引"
    notes = [f"最大{most:,}円"] if most else []
    notes += [f"{least:,}円以上のご購入"] if least else []
    return f"{text}（{'、'.join(notes)}）" if notes else text


def _is_percent(benefit: Benefit) -> bool:
    return benefit["type"] == DiscountType.PERCENT
