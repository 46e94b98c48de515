"""Dispatch: claim, render, HTTP to the stand-in in the provider's largest batches, settle.

By the worker group's two processes, as `Q_CLUSTER` has it. The baselines: django-post_office,
which also queues, with two processes; and the loop that renders and posts without a database.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

from django.conf import settings
from django.db import connection

from bench import loop
from bench.figures import Figure, alternately
from bench.plan import Street
from bench.post_office import measure as post_office
from bench.sender import senders
from bench.shop import settle_down
from messaging.models import OPEN_STATES, Batch
from tests.standin.process import StandIn
from tests.standin.provider import StandInProvider

MESSAGES = 200_000
MAILS = 20_000
WORKERS: int = settings.Q_CLUSTER["workers"]


def measure(rows: int | None) -> list[Figure]:
    """Messages sent a second."""
    count = rows or MESSAGES
    mails = min(MAILS, count)
    street = Street(count)
    sent, looped, mailed = alternately(
        lambda: send(street),
        lambda: _loop(count),
        lambda: post_office.rate(mails).per_second,
    )
    return [
        Figure(
            name="dispatch",
            note=f"{count:,} messages, {WORKERS} processes",
            value=sent,
            unit="messages/s",
            baseline_name=f"django-post_office, {mails:,} queued and sent over SMTP, not HTTP",
            baseline=mailed,
            limit=30,
        ),
        Figure(
            name="dispatch",
            value=sent,
            unit="messages/s",
            baseline_name="render and post without a database, one process",
            baseline=looped,
            limit=0.5,
        ),
    ]


def _loop(count: int) -> float:
    with running() as stand_in:
        return loop.rate(provider=StandInProvider(stand_in.url), count=count).per_second


def send(street: Street) -> float:
    """Plan, then send everything on the clock; messages a second."""
    street.clear()
    street.plan()
    settle_down()
    connection.close()
    with running() as stand_in, senders(WORKERS, stand_in.url) as group:
        began = perf_counter()
        messages, _peak = group.send()
        took = perf_counter() - began
    left = Batch.objects.filter(state__in=OPEN_STATES).count()
    if left or messages != street.sendable:
        raise AssertionError(f"sent {messages} of {street.sendable}, {left} batches are open")
    return messages / took


@contextmanager
def running() -> Iterator[StandIn]:
    """A stand-in, with a log of its own."""
    with tempfile.TemporaryDirectory() as folder:
        stand_in = StandIn(Path(folder) / "log")
        stand_in.start()
        try:
            yield stand_in
        finally:
            stand_in.kill()
