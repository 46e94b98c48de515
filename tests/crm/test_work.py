"""`manage.py work`: whichever of its processes is killed, the work goes on."""

import os
import signal
from contextlib import contextmanager
from math import inf, nan
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django_q.conf import Conf
from django_q.models import Schedule
from django_q.tasks import async_task

from config.supervisor import stop
from crm.tending import BEATS_QUEUED
from tests.crm.workers import Workers, queued_beats, workers

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs Linux"),
]


@pytest.fixture
def group(tmp_path: Path, transactional_db: None):
    """A group that watches itself, at work."""
    with at_work(workers(tmp_path, beat=0.2, silence=3)) as group:
        yield group


@pytest.fixture
def unwatched(tmp_path: Path, transactional_db: None):
    """A group that waits for a sign of life longer than any test; its worker is idle."""
    with at_work(workers(tmp_path, beat=1000, silence=3000)) as group:
        yield group


@contextmanager
def at_work(group: Workers):
    group.child.start()
    try:
        assert group.does_a_task(), group.log
        yield group
    finally:
        stop([group.child], grace=0)


def kill(group: Workers, role: str) -> int:
    pid = group.pid(role)
    os.kill(pid, signal.SIGKILL)
    return pid


@pytest.mark.parametrize("role", ["main", "sentinel", "pusher", "monitor", "worker"])
def test_killing_a_process_does_not_stop_the_work(group: Workers, role: str) -> None:
    killed = kill(group, role)

    assert group.is_replaced(role, killed), group.log
    assert group.works_on(), group.log
    assert queued_beats() <= BEATS_QUEUED


def test_killing_a_busy_worker_does_not_stop_the_work(group: Workers) -> None:
    async_task("time.sleep", 600, cluster="plan")
    assert group.wait_until(lambda: "'time.sleep'" in group.log)

    killed = kill(group, "worker")

    assert group.is_replaced("worker", killed), group.log
    assert group.works_on(), group.log


def test_a_sentinel_that_lives_and_does_nothing_does_not_stop_the_work(group: Workers) -> None:
    main = group.pid("main")
    os.kill(group.pid("sentinel"), signal.SIGSTOP)

    assert group.is_replaced("main", main), group.log
    assert "no sign of life for 3 s" in group.log
    assert group.works_on(), group.log


@pytest.mark.postgres
def test_a_database_that_was_away_is_found_again(group: Workers) -> None:
    main = group.pid("main")
    assert group.wait_until(lambda: "Processed 'crm.tasks.plan_due'" in group.log)  # it tends
    end_all_connections()
    Schedule.objects.all().delete()

    assert group.wait_until(Schedule.objects.exists), group.log
    assert group.works_on(), group.log
    assert group.pid("main") == main, group.log


def end_all_connections() -> None:
    """What everybody else notices when PostgreSQL is restarted."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.mark.parametrize("role", ["worker", "monitor"])
def test_unwatched_a_group_whose_queue_died_with_a_process_stays_frozen(
    unwatched: Workers, role: str
) -> None:
    killed = kill(unwatched, role)

    assert unwatched.is_replaced(role, killed), unwatched.log
    assert not unwatched.does_a_task(patience=2)
    assert unwatched.child.is_running


def test_asked_to_stop_it_ends_in_an_orderly_way_and_leaves_no_beat(group: Workers) -> None:
    process = group.child._process
    assert process is not None

    group.child.ask_to_stop()

    assert process.wait(20) == 0, group.log
    assert queued_beats() == 0


def test_the_cluster_can_be_named_on_the_command_line(tmp_path: Path) -> None:
    group = workers(tmp_path, beat=1000, silence=3000)
    group.child.command = [*group.child.command, "--cluster", "plan"]
    group.child.env = {**group.child.env, "Q_CLUSTER_NAME": "slow"}

    with at_work(group):
        assert group.does_a_task()


def test_an_unknown_cluster_is_refused_in_one_line() -> None:
    with pytest.raises(CommandError, match="no cluster “paln”, only: dangol, plan, slow") as no:
        call_command("work", cluster="paln")

    assert no.value.returncode == 2


@pytest.mark.parametrize(
    ("beat", "silence"),
    [(0, 180), (-5, 180), (nan, 180), (5, 0), (5, -180), (5, 14.9), (5, nan), (5, inf)],
)
def test_times_that_would_kill_every_group_are_refused_in_one_line(
    settings: Any, beat: float, silence: float
) -> None:
    settings.WORKER_BEAT, settings.WORKER_SILENCE = beat, silence

    with pytest.raises(CommandError, match="above 0, and the silence is at least 3 beats") as no:
        call_command("work", cluster=Conf.CLUSTER_NAME)

    assert no.value.returncode == 2


def test_times_that_are_no_numbers_are_refused_too(tmp_path: Path) -> None:
    group = workers(tmp_path, beat=5, silence=180)
    group.child.env = {**group.child.env, "WORKER_BEAT": "often"}

    group.child.start()
    try:
        assert group.child._process is not None
        assert group.child._process.wait(20) == 2
    finally:
        stop([group.child], grace=0)

    assert "WORKER_BEAT must be a number of seconds" in group.log
