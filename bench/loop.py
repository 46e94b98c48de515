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
from bench.rate import Rate
from messaging.rendering import finished_buttons
from messaging.gateways import FrozenBatch, Letterhead, Outgoing, Provider
from messaging.models import Channel, Purpose, Service, Topic
from messaging.starters import STARTERS
from messaging.wording import Locale, compile_body
from orders.models import Country
from tests.factories import NOW

THREADS = 16
_SEOUL = Locale(Country.KOREA, "Asia/Seoul")
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
    starter = STARTERS[Country.KOREA].issue
    wording = compile_body(starter.body, Topic.COUPON)
    for start in range(0, len(rows), provider.batch_size):
        messages = [
            Outgoing(
                id=row.id,
                address=row.address,
                text=wording.text(row.variables, _SEOUL, _YEAR),
                buttons=finished_buttons(starter.buttons, row.url),
            )
            for row in rows[start : start + provider.batch_size]
        ]
        head = Letterhead(
            key=uuid4(),
            channel=Channel.ALIMTALK,
            service=Service.ALIMTALK,
            purpose=Purpose.INFORMATION,
            shop="Dangol",
        )
        yield FrozenBatch(
            id=start,
            key=head.key,
            payload=provider.compose(messages, head, {}),
            provider="loop",
            count=len(messages),
            frozen_at=NOW,
        )


def _seconds(work: Callable[[], None]) -> float:
    """How long `work` takes; the rows, which no dispatcher holds, are kept from the collector."""
    gc.collect()
    gc.freeze()
    try:
        return seconds(work)
    finally:
        gc.unfreeze()
