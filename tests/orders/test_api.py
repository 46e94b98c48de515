"""How the API says no: in JSON, whatever is asked, and to whom asks too often."""

import json
from contextlib import suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError, Thread
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.db import connections
from django.http import HttpRequest
from django.test import Client

from orders.api import MOST_A_MINUTE, PerKey
from orders.api_keys import find_key, make_key
from orders.models import Customer
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_asked_yet() -> None:
    cache.clear()


@pytest.fixture
def customer() -> Customer:
    return make.CustomerFactory()


@pytest.fixture
def key(customer: Customer) -> str:
    return make_key(shop=customer.shop, user=None, now=make.NOW)


def ask(key: str, path: str, body: Any = None, *, at=make.NOW):
    client, address = Client(enforce_csrf_checks=True), f"/api/v1{path}"
    headers = {"Authorization": f"Bearer {key}"}
    with time_machine.travel(at, tick=False):
        if body is None:
            return client.get(address, headers=headers)
        text = body if isinstance(body, str) else json.dumps(body)
        return client.post(address, text, content_type="application/json", headers=headers)


def test_a_key_that_asks_too_often_is_told_when_to_come_back(customer: Customer, key: str):
    path = f"/customers/{customer.mall_id}/opt-outs"
    found = find_key(key)
    assert found
    minute = int(make.NOW.timestamp()) // 60

    with time_machine.travel(make.NOW, tick=False):
        cache.set(f"api:{found.pk}:{minute}", MOST_A_MINUTE - 1, 120)
    assert ask(key, path).status_code == 200
    answer = ask(key, path)
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")
    assert ask(key, path, at=make.NOW + timedelta(minutes=1)).status_code == 200


class MeetingCache(LocMemCache):
    """Where two read at once, neither goes on before the other has read as well."""

    meeting = Barrier(2)

    def get(self, *args: Any, **kwargs: Any) -> Any:
        """What was there before the other could write."""
        found = super().get(*args, **kwargs)
        with suppress(BrokenBarrierError):
            self.meeting.wait(1)
        return found


@pytest.mark.django_db(transaction=True)
def test_two_that_ask_at_once_count_as_two(settings, key: str):
    settings.CACHES = {"default": {"BACKEND": f"{__name__}.MeetingCache"}}
    found = find_key(key)
    assert found
    minute = int(make.NOW.timestamp()) // 60
    cache.set(f"api:{found.pk}:{minute}", MOST_A_MINUTE - 1, 120)
    allowed: list[bool] = []

    def asking() -> None:
        request = HttpRequest()
        request.auth = found  # type: ignore[attr-defined]
        allowed.append(PerKey().allow_request(request))
        connections.close_all()

    threads = [Thread(target=asking) for _ in range(2)]
    with time_machine.travel(make.NOW, tick=False):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(allowed) == [False, True]


def test_a_body_nested_without_end_is_refused(key: str):
    assert ask(key, "/opt-outs", "[" * 100_000).status_code == 400


def test_a_body_that_is_too_large_is_refused_in_json(key: str, caplog):
    answer = ask(key, "/opt-outs", " " * 3_000_000 + "{}")
    assert (answer.status_code, answer.json()) == (413, {"detail": "The request is too large."})
    assert [(one.levelname, one.exc_info) for one in caplog.records] == [("WARNING", None)]


@pytest.mark.parametrize("path", ["/", "/opt-out", "/opt-outs/", "/customers/a/b", "/docs/x"])
@pytest.mark.parametrize("body", [None, {}])
def test_an_address_that_is_none_is_said_so_in_json(key: str, path: str, body: Any):
    answer = ask(key, path, body)
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not Found"})


def test_a_method_that_is_none_of_the_addresss_is_said_so_in_json(key: str):
    answer = ask(key, "/opt-outs")
    assert (answer.status_code, answer.json()) == (405, {"detail": "Method Not Allowed"})
    assert answer["Allow"] == "POST"
