"""The history's pages with ten million messages: each request through the view, as a browser asks.

A figure is the median of five requests, the first one apart: it finds the database's memory empty.
What a filter looks for is where it costs most: rare, and far from where a page begins.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any
from urllib.parse import urlencode

import time_machine
from django.conf import settings
from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse

from bench.figures import RUNS, Figure
from bench.past import NAME, STRANGER, without_indexes, write_past
from bench.shop import open_shop, settle_down
from messaging.models import Batch, Message, State
from orders.models import Membership, Role, Shop, User
from tests.factories import NOW

MESSAGES = 10_000_000
LIMIT_MS, LIMIT_QUERIES = 150, 12
# The pages are as in production, but for the files beside them: nobody has collected these.
FILES_AS_THEY_ARE = {
    "STATIC_ROOT": settings.STATICFILES_DIRS[0],
    "STORAGES": settings.STORAGES
    | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}},
}


def measure(rows: int | None) -> list[Figure]:
    """Milliseconds and queries of each request."""
    shop = fill(rows or MESSAGES)
    with override_settings(**FILES_AS_THEY_ARE), time_machine.travel(NOW):
        return list(_figures(shop, _log_in(shop)))


def fill(rows: int) -> Shop:
    """A shop of so many messages, and a smaller one whose messages lie between them."""
    shop, other = open_shop("history", on=False), open_shop("other", on=False)
    with without_indexes():
        write_past(shop, rows, every=2, offset=0)
        write_past(other, rows // 20, every=40, offset=1)
    settle_down()
    return shop


def _log_in(shop: Shop) -> Client:
    user = User.objects.create(email="owner@example.com")
    Membership.objects.create(shop=shop, user=user, role=Role.OWNER)
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    return client


def _figures(shop: Shop, client: Client) -> Iterator[Figure]:
    counted = set()
    for name, query in requests(shop):
        address = _address(client, query)
        first, *warm = (Answer.of(client, address) for _ in range(RUNS + 1))
        if first.found:
            counted.add(first.queries)
        yield Figure(
            name=f"history, {name}",
            value=median(answer.ms for answer in warm),
            unit="ms",
            limit=LIMIT_MS,
            at_least=False,
            note=f"{first.queries} queries, the first time {first.ms:.0f} ms"
            + ("" if first.found else ", nothing is found"),
        )
    yield Figure(
        name="history, queries of a page with rows",
        value=max(counted),
        unit="queries",
        limit=LIMIT_QUERIES,
        at_least=False,
        note="the same for each" if len(counted) == 1 else f"from {min(counted)}",
    )


def requests(shop: Shop) -> Iterator[tuple[str, dict[str, Any]]]:
    """What is asked for: pages, and each filter alone."""
    everything = {"period": "all"}
    batches = Batch.objects.for_shop(shop).order_by("pk").values_list("pk", flat=True)
    middle, last = (batches[len(batches) * part // 100] for part in (50, 1))
    yield "first page", everything
    for place, batch in (("in the middle", middle), ("near the end", last)):
        yield f"older, {place}", everything | {"older": f"{batch}.0"}
        yield f"newer, {place}", everything | {"newer": f"{batch}.0"}
    yield "older, within a large batch", everything | {"older": _within_the_largest(shop)}
    yield "seven days", {"period": "7d"}
    yield "first days", {"period": "own", "end": _day(shop)}
    for kind in ("coupon_issued", "coupon_expiring"):
        yield kind, everything | {"kind": kind}
    yield "channel", everything | {"channel": "alimtalk"}
    for state in State:
        yield state.name.lower(), everything | {"state": state.name.lower()}
    for reason in ("no_grant_basis", "coupon_gone", "no_template", "no_gateway"):
        yield f"left out {reason}", everything | {"state": reason}
    yield "tests only", everything | {"tests": "only"}
    for what, who in _people(shop).items():
        yield what, everything | {"who": who}


def _within_the_largest(shop: Shop) -> str:
    batch = Batch.objects.for_shop(shop).latest("size")
    rows = Message.objects.filter(batch=batch).order_by("pk")
    return f"{batch.pk}.{rows[batch.size // 2].pk}"


def _day(shop: Shop) -> str:
    """The history's first day."""
    first: Batch = Batch.objects.for_shop(shop).earliest("planned_at")
    return first.planned_at.date().isoformat()


def _people(shop: Shop) -> dict[str, str]:
    phone = Message.objects.for_shop(shop).exclude(customer=None).latest("pk").customer.phone
    return {"name's beginning": NAME[:2], "phone": phone, "last four digits": STRANGER[-4:]}


def _address(client: Client, query: dict[str, str]) -> str:
    """The address of what is asked for; a person's is given by posting the form (F9)."""
    page = reverse("messaging:history")
    if "who" in query:
        return str(client.post(page, query).headers["Location"])
    return f"{page}?{urlencode(query)}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one request took, and whether it found a message."""

    ms: float
    queries: int
    found: bool

    @classmethod
    def of(cls, client: Client, address: str) -> "Answer":
        """Ask once."""
        count = 0

        def counting(execute: Any, *asked: Any) -> Any:
            nonlocal count
            count += 1
            return execute(*asked)

        with connection.execute_wrapper(counting):
            began = perf_counter()
            response = client.get(address)
            took = perf_counter() - began
        if response.status_code != 200:
            raise AssertionError(f"{address}: {response.status_code}")
        return cls(took * 1000, count, b'class="open"' in response.content)
