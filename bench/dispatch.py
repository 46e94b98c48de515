"""Dispatch: claim, render, HTTP to NHN Cloud's stand-in in its largest batches, settle.

By the worker group's two processes, as `Q_CLUSTER` has it. The baselines: django-post_office,
which also queues, with two processes; and the loop that renders and posts without a database.
"""

from time import perf_counter

from django.conf import settings
from django.db import connection

from bench import loop
from bench.figures import Figure, alternately
from bench.nhn import connect_shop, running
from bench.plan import Street
from bench.post_office import measure as post_office
from bench.sender import senders
from bench.shop import settle_down
from messaging.gateways.nhn.alimtalk import NhnAlimtalk
from messaging.models import OPEN_STATES, Batch

MESSAGES = 200_000
MAILS = 20_000
WORKERS: int = settings.Q_CLUSTER["workers"]


def measure(rows: int | None) -> list[Figure]:
    """Messages sent a second."""
    count = rows or MESSAGES
    mails = min(MAILS, count)
    street = Street(count)
    connect_shop(street.shop)
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
        return loop.rate(provider=NhnAlimtalk(stand_in.url), count=count).per_second


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
