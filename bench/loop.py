"""The loop that renders and posts without a database: the most that dispatch could reach.

The wording, the buttons, the body and the client are dispatch's own; rows stand ready in memory as
they would come out of the outbox, and nothing is done with the answers.
"""

import gc
import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from bench.figures import seconds
from bench.nhn import CODE
from bench.rate import Rate
from messaging.gateways import FrozenBatch, Letterhead, Provider
from messaging.models import (
    Channel,
    MessageTemplate,
    Purpose,
    Service,
    TemplateRevision,
    Topic,
)
from messaging.rendering import Stationery, stationery
from messaging.starters import STARTERS
from orders.models import Country, Shop
from tests.factories import NOW
from tests.providers.nhn.answers import ACCOUNT

THREADS = 16
_YEAR = 2026


@dataclass(frozen=True, slots=True)
class Row:
    """A message as the outbox has it."""

    id: int
    address: str
    variables: dict[str, Any]
    url: str


def rate(*, provider: Provider, count: int = 200_000) -> Rate:
    """Messages per second, posted one batch after another or on threads, whichever is quicker."""
    rows = prepare(count)
    one = count / _seconds(lambda: post(rows, provider))
    many = count / _seconds(lambda: post(rows, provider, threads=THREADS))
    note = f"one after another {one:,.0f}/s, on {THREADS} threads {many:,.0f}/s"
    return Rate(max(one, many), note)


def prepare(count: int) -> list[Row]:
    """Rows whose variables have been read from JSON, each its own."""
    return [
        Row(
            id=number,
            # Not 0000 at the end: the stand-in refuses those.
            address=f"+8210{number:07}1",
            variables=json.loads(_variables(number)),
            url="https://shop.example/coupons",
        )
        for number in range(1, count + 1)
    ]


def _variables(number: int) -> str:
    return json.dumps(
        {
            "shop": "봄날문구",
            "name": f"김단골{number}",
            "coupon": "봄맞이 ISSUED 쿠폰",
            "more": 0,
            "benefit": {"type": "percent", "value": 10, "max": 5000, "min": 30000},
            "expires": f"{_YEAR}-04-30T14:59:00+00:00",
            "basis": "고객님이 참여하신 출석 이벤트로 지급된 쿠폰 안내입니다.",
        }
    )


def post(rows: Sequence[Row], provider: Provider, *, threads: int = 1) -> None:
    """Render and post them in the provider's largest batches.

    Raises what the provider raises, and RuntimeError where it refused a message.
    """
    batches = _render(rows, provider)
    if threads == 1:
        answered = list(map(provider.send, batches))
    else:
        with ThreadPoolExecutor(threads) as pool:
            answered = list(pool.map(provider.send, batches))
    if any(answer.exceptions for answer in answered):
        raise RuntimeError("The stand-in refused messages: this is no baseline.")


def _render(rows: Sequence[Row], provider: Provider) -> Iterator[FrozenBatch]:
    wording = _wording()
    for start in range(0, len(rows), provider.batch_size):
        some = rows[start : start + provider.batch_size]
        head = Letterhead(
            key=uuid4(),
            channel=Channel.ALIMTALK,
            service=Service.ALIMTALK,
            purpose=Purpose.INFORMATION,
            shop="봄날문구",
            template_code=CODE,
        )
        messages = [wording.outgoing(row.id, row.address, row.variables, row.url) for row in some]
        yield FrozenBatch(
            id=start,
            key=head.key,
            payload=provider.compose(messages, head, ACCOUNT),
            provider="loop",
            count=len(messages),
            frozen_at=NOW,
            account=ACCOUNT,
        )


def _wording() -> Stationery:
    starter = STARTERS[Country.KOREA].issue
    template = MessageTemplate(channel=Channel.ALIMTALK, topic=Topic.COUPON)
    revision = TemplateRevision(template=template, body=starter.body, buttons=starter.buttons)
    shop = Shop(country=Country.KOREA, timezone="Asia/Seoul")
    return stationery(revision, shop, NOW, opt_out_number="")


def _seconds(work: Callable[[], None]) -> float:
    """How long `work` takes; the rows, which no dispatcher holds, are kept from the collector."""
    gc.collect()
    gc.freeze()
    try:
        return seconds(work)
    finally:
        gc.unfreeze()
