"""Wording that works: what a new shop sends with, and what a new template begins with."""

from typing import NamedTuple

from messaging.templates import Buttons
from orders.models import Country


class Starter(NamedTuple):
    """A template's name, text and buttons."""

    name: str
    body: str
    buttons: Buttons


class Starters(NamedTuple):
    """The two coupon messages of a country's shops."""

    issue: Starter
    expiry: Starter


KOREAN_BUTTONS = [{"type": "AC"}, {"type": "WL", "name": "쿠폰함 열기"}]
JAPANESE_BUTTONS = [{"type": "AC"}, {"type": "WL", "name": "クーポンを見る"}]

STARTERS: dict[Country, Starters] = {
    Country.KOREA: Starters(
        issue=Starter(
            name="기본 템플릿 · 쿠폰 발급",
            body=(
                "쿠폰이 도착했어요\n\n"
                "#{이름}님, #{상점명}에서 쿠폰을 넣어드렸어요.\n\n"
                "▪ 쿠폰: #{쿠폰명}\n▪ 혜택: #{혜택}\n▪ 사용 기한: #{사용기한}\n\n"
                "※ #{지급근거}"
            ),
            buttons=KOREAN_BUTTONS,
        ),
        expiry=Starter(
            name="기본 템플릿 · 쿠폰 만료",
            body=(
                "쿠폰이 곧 사라져요\n\n"
                "#{이름}님, #{상점명}에서 받으신 쿠폰의 사용 기한이 다가와요.\n\n"
                "▪ 쿠폰: #{쿠폰명}\n▪ 혜택: #{혜택}\n▪ 사용 기한: #{사용기한}\n\n"
                "※ #{지급근거}"
            ),
            buttons=KOREAN_BUTTONS,
        ),
    ),
    Country.JAPAN: Starters(
        issue=Starter(
            name="標準テンプレート · クーポン発行",
            body=(
                "クーポンが届きました\n\n"
                "#{이름}様、#{상점명}からクーポンをお届けしました。\n\n"
                "▪ クーポン: #{쿠폰명}\n▪ 特典: #{혜택}\n▪ 有効期限: #{사용기한}\n\n"
                "※ #{지급근거}"
            ),
            buttons=JAPANESE_BUTTONS,
        ),
        expiry=Starter(
            name="標準テンプレート · クーポン期限",
            body=(
                "クーポンの期限が近づいています\n\n"
                "#{이름}様、#{상점명}のクーポンがまもなく期限です。\n\n"
                "▪ クーポン: #{쿠폰명}\n▪ 特典: #{혜택}\n▪ 有効期限: #{사용기한}\n\n"
                "※ #{지급근거}"
            ),
            buttons=JAPANESE_BUTTONS,
        ),
    ),
}
