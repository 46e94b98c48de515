"""Letters to send, and how a batch of them is handed over."""

from collections.abc import Sequence
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from uuid import UUID

from messaging.gateways import Account, Answers, FrozenBatch, Letterhead, Outgoing
from messaging.gateways.http import Patience
from messaging.gateways.smtp.gateway import Smtp
from messaging.models import Channel, Purpose, Service
from tests.factories import NOW
from tests.providers.smtp.office import Office

HASTE = Patience(connect=0.5, silence=0.3, whole=3)
KEY = UUID(int=7)
HEAD = Letterhead(KEY, Channel.EMAIL, Service.EMAIL, Purpose.INFORMATION, "봄날문구", country="KR")
ADVERTISING = replace(HEAD, purpose=Purpose.ADVERTISING)
OPT_OUT = "https://crm.example/o/abc"


def letter(pk: int = 1, **changes) -> Outgoing:
    """A letter to m1@example.com, or to another number's."""
    usual = Outgoing(pk, f"m{pk}@example.com", "쿠폰이 왔어요.", (), title="쿠폰 도착")
    return usual._replace(**changes)


def account(office: Office, **changes: str) -> Account:
    usual = {
        "host": "127.0.0.1",
        "port": str(office.port),
        "security": "none",
        "from_address": "shop@example.com",
        "contact": "02-123-4567 서울시",
    }
    return usual | changes


def send(
    office: Office,
    letters: Sequence[Outgoing],
    head: Letterhead = HEAD,
    provider: Smtp | None = None,
    **changes: Any,
) -> Answers:
    """Compose and send them in one batch."""
    provider = provider or Smtp(patience=HASTE)
    told = account(office, **changes)
    return provider.send(
        FrozenBatch(
            id=1,
            key=KEY,
            payload=provider.compose(letters, head, told),
            provider="smtp",
            count=len(letters),
            frozen_at=NOW,
            account=told,
        )
    )


def parts(office: Office) -> tuple[str, str]:
    """That letter's text and its HTML, with `\\n` for a line's end."""
    plain, page = read(office).iter_parts()
    assert (plain.get_content_type(), page.get_content_type()) == ("text/plain", "text/html")
    return tuple(part.get_content().replace("\r\n", "\n") for part in (plain, page))


def read(office: Office) -> EmailMessage:
    """The one letter that was taken, by the standard library; without a defect."""
    (taken,) = office.taken
    found = message_from_bytes(taken.content, policy=policy.default)
    assert [defect for part in found.walk() for defect in part.defects] == []
    for name, value in found.items():
        assert not getattr(value, "defects", ()), (name, value)
    return found
