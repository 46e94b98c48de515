"""Fifty shops, one of them with a provider that takes every call and never answers.

How long the other forty-nine take until their last message is settled, beside the same without
the fiftieth.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from time import perf_counter, sleep

from django.conf import settings

from bench.figures import Figure, alternately
from bench.nhn import connect_shop, running
from bench.plan import Street
from bench.sender import senders
from bench.shop import forget_sending, settle_down
from crm.campaigns.coupon_messages.settings import settings_of
from crm.models import Job
from crm.schedules import run_due, schedule
from messaging.models import (
    OPEN_STATES,
    Batch,
    Channel,
    Gateway,
    SenderNumber,
    State,
    TemplateRevision,
)
from orders.models import Shop
from tests.factories import NOW

SHOPS = 50
MESSAGES = 4_000  # a shop
WORKERS: int = settings.Q_CLUSTER["workers"]
ALIGO = {"userid": "dangol", "apikey": "k" * 32, "senderkey": "s" * 40}


def measure(rows: int | None) -> list[Figure]:
    """Seconds until the healthy shops are done."""
    count = rows or MESSAGES
    healthy = [_shop(f"shop-{n}", count) for n in range(SHOPS - 1)]
    broken = _shop("broken", count)
    break_down(broken)
    with_it, without = alternately(
        lambda: finish(healthy, beside=[broken]), lambda: finish(healthy, beside=[])
    )
    return [
        Figure(
            name="shops",
            note=f"{SHOPS} shops, {count:,} messages each, one provider never answers",
            value=with_it,
            unit="s",
            baseline_name="without that shop",
            baseline=without,
            limit=1.2,
            at_least=False,
        )
    ]


def _shop(slug: str, count: int) -> Shop:
    shop = Street(count, slug=slug).shop
    connect_shop(shop)
    return shop


def break_down(shop: Shop) -> None:
    """Have the shop send through a provider that is not there (`black_hole`)."""
    gateways = Gateway.objects.filter(shop=shop, channel=Channel.ALIMTALK)
    gateways.update(provider="aligo", account=ALIGO)
    TemplateRevision.objects.filter(template__shop=shop).update(
        provider="aligo", inspection="approved"
    )
    SenderNumber.objects.create(shop=shop, number="+82215446859", registered_at=NOW, in_use=True)


def finish(healthy: list[Shop], beside: list[Shop]) -> float:
    """Plan for all, send, and stop the clock when the healthy have nothing open; the seconds."""
    forget_sending()
    Gateway.objects.update(failures=0, rests_until=None)
    for shop in [*healthy, *beside]:
        schedule(settings_of(shop), Job.COUPON_ISSUED, NOW)
        run_due(now=NOW, shop=shop)
    settle_down()
    with running() as stand_in, black_hole() as address:
        os.environ["PROVIDER_URLS"] = f"aligo={address}"
        with senders(WORKERS, stand_in.url) as group:
            began = perf_counter()
            group.start()
            _wait_for(healthy)
            took = perf_counter() - began
    calling = Batch.objects.filter(shop__in=beside, state=State.SENDING)
    if calling.values("shop").distinct().count() != len(beside):
        raise AssertionError("the broken shop's provider was never called: this is no comparison")
    return took


def _wait_for(shops: list[Shop]) -> None:
    theirs = Batch.objects.filter(shop__in=shops, state__in=OPEN_STATES)
    while theirs.exists():
        sleep(0.05)


@contextmanager
def black_hole() -> Iterator[str]:
    """The address of a server that takes connections, and whatever is sent, and says nothing."""
    held: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0), backlog=128) as server:

        def swallow() -> None:
            try:
                while True:
                    held.append(server.accept()[0])
            except OSError:
                return  # it is closed: the measuring is over

        Thread(target=swallow, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
    for one in held:
        one.close()
