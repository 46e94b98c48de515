"""Wording that works, for a template that is begun."""

from typing import NamedTuple

from messaging.templates import Buttons
from orders.models import Country


class Starter(NamedTuple):
    """A text and its buttons."""

    body: str
    buttons: Buttons


STARTERS: dict[Country, Starter] = {
    Country.KOREA: Starter(
        body=(
            "쿠폰이 도착했어요\n\n"
            "#{이름}님, #{상점명}에서 쿠폰을 넣어드렸어요.\n\n"
            "▪ 쿠폰: #{쿠폰명}\n▪ 혜택: #{혜택}\n▪ 사용 기한: #{사용기한}\n\n"
            "※ #{지급근거}"
        ),
        buttons=[{"type": "AC"}, {"type": "WL", "name": "쿠폰함 열기"}],
    ),
    Country.JAPAN: Starter(
        body=(
            "クーポンが届きました\n\n"
            "#{이름}様、#{상점명}からクーポンをお届けしました。\n\n"
            "▪ クーポン: #{쿠폰명}\n▪ 特典: #{혜택}\n▪ 有効期限: #{사용기한}\n\n"
            "※ #{지급근거}"
        ),
        buttons=[{"type": "AC"}, {"type": "WL", "name": "クーポンを見る"}],
    ),
}
