"""Messages to send, and how a batch of them is handed over."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from messaging.gateways import Answers, FrozenBatch, Letterhead, Outgoing
from messaging.gateways.solapi.gateway import Solapi
from messaging.models import Channel, Purpose, Service
from tests.factories import NOW
from tests.providers.solapi.desk import ACCOUNT, TEMPLATE

KEY = UUID(int=7)
SENDER = "+82215441544"
HEAD = Letterhead(
    KEY,
    Channel.ALIMTALK,
    Service.ALIMTALK,
    Purpose.INFORMATION,
    "봄날문구",
    template_code=TEMPLATE,
    sender=SENDER,
)
SMS = replace(HEAD, channel=Channel.TEXT, service=Service.SMS, template_code="")
LMS = replace(SMS, service=Service.LMS)


def message(pk: int = 1, **changes: Any) -> Outgoing:
    """An Alimtalk to +82101234 and the message's number."""
    usual = Outgoing(
        pk,
        f"+82101234{pk:04d}",
        "김하늘님, 쿠폰이 왔어요.",
        (),
        variables={"이름": "김하늘"},
    )
    return usual._replace(**changes)


def body(*messages: Outgoing, head: Letterhead = HEAD) -> Any:
    """What is sent for them."""
    return json.loads(Solapi().compose(messages, head, ACCOUNT))


def batch(*messages: Outgoing, head: Letterhead = HEAD, **account: str) -> FrozenBatch:
    return FrozenBatch(
        id=1,
        key=head.key,
        payload=Solapi().compose(messages, head, ACCOUNT),
        provider="solapi",
        count=len(messages),
        frozen_at=NOW,
        account=ACCOUNT | account,
    )


def send(solapi: Solapi, messages: Sequence[Outgoing], head: Letterhead = HEAD) -> Answers:
    return solapi.send(batch(*messages, head=head))
