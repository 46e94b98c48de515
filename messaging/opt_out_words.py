"""What somebody who refuses advertising reads, in the language in which the shop writes."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from messaging.models import Channel
from orders.models import Country, Shop


@dataclass(frozen=True, slots=True)
class OptOutWords:
    """The page's words. `noted` and `day` have places to fill in."""

    language: str
    channels: dict[Channel, str]
    heading: str
    question: str
    shop: str
    address: str
    channel: str
    still: str
    button: str
    done: str
    noted: str
    day: str
    unknown: str

    def noted_on(self, at: datetime, shop: Shop) -> str:
        """That it was noted, with the shop's day."""
        local = at.astimezone(ZoneInfo(shop.timezone))
        return self.noted.format(day=self.day.format(local.year, local.month, local.day))


WORDS = {
    Country.KOREA: OptOutWords(
        language="ko",
        channels={
            Channel.TEXT: "문자",
            Channel.EMAIL: "이메일",
            Channel.PUSH: "앱푸시",
            Channel.INBOX: "쪽지함",
        },
        heading="광고 수신거부",
        question="이제부터 광고를 받지 않으시겠어요?",
        shop="보낸 곳",
        address="받는 곳",
        channel="방법",
        still="주문 안내처럼 광고가 아닌 소식은 계속 받을 수 있어요.",
        button="수신거부하기",
        done="수신거부를 마쳤어요",
        noted="{day}에 접수했어요. 앞으로 이 방법으로 광고를 보내지 않아요.",
        day="{}년 {}월 {}일",
        unknown="받는 곳의 정보를 더 이상 보관하지 않아요. 그래서 광고도 보내지 않아요.",
    ),
    Country.JAPAN: OptOutWords(
        language="ja",
        channels={
            Channel.TEXT: "SMS",
            Channel.EMAIL: "メール",
            Channel.PUSH: "アプリのプッシュ通知",
            Channel.INBOX: "メッセージボックス",
        },
        heading="広告の配信停止",
        question="今後、広告の配信を停止しますか?",
        shop="送信元",
        address="宛先",
        channel="方法",
        still="ご注文のご案内など、広告ではないお知らせは引き続き届くことがあります。",
        button="配信を停止する",
        done="配信を停止しました",
        noted="{day}に受け付けました。今後この方法で広告をお送りすることはありません。",
        day="{}年{}月{}日",
        unknown="宛先の情報はすでに保管していません。そのため広告をお送りすることはありません。",
    ),
}
