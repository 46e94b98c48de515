"""Signs of life, and the thread beside the watch."""

import os
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django_q.brokers import get_broker

from crm import heartbeat
from crm.models import Job, Kind
from crm.rehearsals.rehearsing import ask_for_rehearsal, run_rehearsal
from crm.tending import Tending
from tests.crm.street import DAY, NOW, add_coupon, add_customer, give, open_shop, tick
from tests.factories import UserFactory

LONG = 1000.0


@pytest.fixture
def silent() -> None:
    """The sentinel looks round, and no work has got on for a long time."""
    heartbeat._signs[heartbeat._WORK] = time.monotonic() - LONG
    heartbeat._signs[heartbeat._GUARD] = time.monotonic()


def soon(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while not (held := holds()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return held


def test_the_silence_is_that_of_whichever_is_still_for_longer(silent: None) -> None:
    no_work = heartbeat.silence()
    heartbeat.beat()
    none = heartbeat.silence()
    heartbeat._signs[heartbeat._GUARD] -= LONG
    no_guard = heartbeat.silence()

    assert min(no_work, no_guard) >= LONG > none


@pytest.mark.django_db
def test_a_sentinel_that_looks_round_is_heard(silent: None) -> None:
    heartbeat.begin()
    heartbeat._signs[heartbeat._GUARD] -= LONG

    get_broker().set_stat("key", "value", 3)

    assert heartbeat.silence() < LONG


def test_a_beat_of_a_forked_process_is_heard(silent: None) -> None:
    child = os.fork()
    if not child:
        heartbeat.beat()
        os._exit(0)
    os.waitpid(child, 0)

    assert heartbeat.silence() < LONG


def test_a_step_that_cannot_beat_is_beaten_for(
    silent: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "_STEADY", 0.01)

    with heartbeat.beating():
        assert soon(lambda: heartbeat.silence() < LONG)


@pytest.mark.django_db
def test_planning_beats(silent: None) -> None:
    shop = open_shop(Kind.ISSUED)
    give(add_customer(shop), add_coupon(shop))

    assert tick(shop)
    assert heartbeat.silence() < LONG


@pytest.mark.django_db
def test_finding_what_is_to_be_planned_is_beaten_for(
    silent: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "_STEADY", 0.01)
    shop = open_shop(Kind.ISSUED)
    heard: list[bool] = []

    def last_long(execute: Any, sql: str, *rest: Any) -> Any:
        if not heard and sql.startswith('INSERT INTO "crm_candidate"'):
            heard.append(soon(lambda: heartbeat.silence() < LONG))
        return execute(sql, *rest)

    with connection.execute_wrapper(last_long):
        tick(shop)

    assert heard == [True]


@pytest.mark.django_db(transaction=True)
def test_a_rehearsal_in_which_nothing_is_planned_beats(silent: None) -> None:
    asked = ask_for_rehearsal(
        shop=open_shop(Kind.EXPIRING),
        user=UserFactory.create(),
        start=NOW,
        end=NOW + 2 * DAY,
        jobs=[Job.COUPON_EXPIRING],
        now=NOW,
    )

    run_rehearsal(asked.pk)

    assert heartbeat.silence() < LONG


def test_a_failing_database_is_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    tending = Tending(every=0.01)
    tending.start()  # without the mark django_db, pytest lets nobody reach one

    assert soon(lambda: caplog.text.count("the queue can't be tended") > 3)
    assert tending.is_alive()
    tending.ended.set()
    tending.join()
