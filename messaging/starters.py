"""Wording that works: what a new shop sends with, and what a new template begins with."""

from typing import NamedTuple

from messaging.models import Channel, Topic
from messaging.templates import Buttons
from orders.models import Country


class Starter(NamedTuple):
    """A template's name, text and buttons; what has a title has one."""

    name: str
    body: str
    buttons: Buttons
    title: str = ""


class Starters(NamedTuple):
    """The two coupon messages that a country's shops send by Alimtalk."""

    issue: Starter
    expiry: Starter


def starter(country: Country, channel: Channel, topic: Topic) -> Starter:
    """What a new template of this kind begins with."""
    if topic == Topic.CONSENT:
        own = CONSENT[country]
        return own._replace(title="") if channel == Channel.ALIMTALK else own
    return STARTERS[country].issue if channel == Channel.ALIMTALK else OTHERS[country][channel]


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

CONSENT: dict[Country, Starter] = {
    Country.KOREA: Starter(
        name="기본 템플릿 · 수신 동의 안내",
        title="수신 동의 처리 결과 안내",
        body=(
            "수신 동의 처리 결과를 알려드려요\n\n"
            "#{이름}님, #{상점명}에서 처리한 내용이에요.\n\n"
            "- 처리일: #{동의일}\n- 내용: #{동의내용}\n\n"
            "언제든지 #{상점명}에서 바꿀 수 있어요."
        ),
        buttons=[],
    ),
    Country.JAPAN: Starter(
        name="標準テンプレート · 受信同意のご案内",
        title="受信同意の手続き結果のご案内",
        body=(
            "受信同意の手続き結果をお知らせします\n\n"
            "#{이름}様、#{상점명}で受け付けた内容です。\n\n"
            "- 受付日: #{동의일}\n- 内容: #{동의내용}\n\n"
            "いつでも#{상점명}で変更できます。"
        ),
        buttons=[],
    ),
}

OTHERS: dict[Country, dict[Channel, Starter]] = {
    Country.KOREA: {
        Channel.TEXT: Starter(
            name="기본 문자 · 쿠폰 발급",
            body="#{이름}님, #{쿠폰명} 쿠폰을 넣어드렸어요.\n#{혜택}, #{사용기한}까지\n#{링크}",
            buttons=[],
        ),
        Channel.EMAIL: Starter(
            name="기본 이메일 · 쿠폰 발급",
            title="#{이름}님, #{쿠폰명}이 도착했어요",
            body=(
                "#{이름}님, #{상점명}에서 쿠폰을 넣어드렸어요.\n\n"
                "쿠폰: #{쿠폰명}\n혜택: #{혜택}\n사용 기한: #{사용기한}\n\n"
                "아래 버튼을 누르면 쿠폰함이 열려요."
            ),
            buttons=[{"type": "WL", "name": "쿠폰함 열기"}],
        ),
        Channel.PUSH: Starter(
            name="기본 푸시 · 쿠폰 발급",
            title="쿠폰이 도착했어요",
            body="#{쿠폰명} · #{혜택}\n#{사용기한}까지 쓸 수 있어요.",
            buttons=[],
        ),
        Channel.INBOX: Starter(
            name="기본 쪽지 · 쿠폰 발급",
            title="쿠폰이 도착했어요",
            body=(
                "#{이름}님, 쿠폰을 넣어드렸어요.\n\n"
                "쿠폰: #{쿠폰명}\n혜택: #{혜택}\n사용 기한: #{사용기한}"
            ),
            buttons=[],
        ),
    },
    Country.JAPAN: {
        Channel.TEXT: Starter(
            name="標準SMS · クーポン発行",
            body="#{이름}様、#{쿠폰명}をお届けしました。\n#{혜택}、#{사용기한}まで\n#{링크}",
            buttons=[],
        ),
        Channel.EMAIL: Starter(
            name="標準メール · クーポン発行",
            title="#{이름}様、#{쿠폰명}が届きました",
            body=(
                "#{이름}様、#{상점명}からクーポンをお届けしました。\n\n"
                "クーポン: #{쿠폰명}\n特典: #{혜택}\n有効期限: #{사용기한}\n\n"
                "下のボタンからクーポンをご覧いただけます。"
            ),
            buttons=[{"type": "WL", "name": "クーポンを見る"}],
        ),
        Channel.PUSH: Starter(
            name="標準プッシュ · クーポン発行",
            title="クーポンが届きました",
            body="#{쿠폰명}・#{혜택}\n#{사용기한}までお使いいただけます。",
            buttons=[],
        ),
        Channel.INBOX: Starter(
            name="標準メッセージ · クーポン発行",
            title="クーポンが届きました",
            body=(
                "#{이름}様、クーポンをお届けしました。\n\n"
                "クーポン: #{쿠폰명}\n特典: #{혜택}\n有効期限: #{사용기한}"
            ),
            buttons=[],
        ),
    },
}
