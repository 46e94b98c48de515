"""Pushes to send, and how a batch of them is handed over."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from uuid import UUID

from messaging.gateways import Answers, FrozenBatch, Letterhead, Outgoing
from messaging.gateways.fcm.gateway import Fcm
from messaging.gateways.http import Patience
from messaging.models import Channel, Purpose, Service
from tests.factories import NOW
from tests.providers.fcm.google import Google, service_account
from tests.providers.loopback import served

HASTE = Patience(connect=0.5, silence=0.3, whole=0.6)
KEY = UUID(int=7)
HEAD = Letterhead(KEY, Channel.PUSH, Service.PUSH, Purpose.INFORMATION, "봄날문구", country="KR")


def push(pk: int = 1, **changes) -> Outgoing:
    """A push to the app with the token t1, or another number's."""
    usual = Outgoing(
        pk, f"t{pk}", "쿠폰이 왔어요.", (), title="봄날문구", link="https://shop.example/c"
    )
    return usual._replace(**changes)


@contextmanager
def google(answers: Mapping[str, str] | None = None, **options) -> Iterator[tuple[Google, Fcm]]:
    """Google, and what sends there; at the end it fails for what no client may send."""
    desk = Google(answers)
    with served(desk) as url:
        desk.audience = f"{url}/token"
        yield desk, Fcm(url, desk.audience, patience=HASTE, **options)
    assert desk.wrong == []


def send(provider: Fcm, pushes: Sequence[Outgoing], key: str = "") -> Answers:
    """Compose and send them in one batch."""
    account = {"service_account": key or service_account()}
    return provider.send(
        FrozenBatch(
            id=1,
            key=KEY,
            payload=provider.compose(pushes, HEAD, account),
            provider="fcm",
            count=len(pushes),
            frozen_at=NOW,
            account=account,
        )
    )
