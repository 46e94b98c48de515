"""`make chaos`: what it is told, the PostgreSQL that it finds, the processes that it kills."""

import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bench.chaos import postgres
from bench.chaos.clock import SPEED, fast, right_at
from bench.chaos.options import PARTS, Options, Unusable
from bench.chaos.postgres import FAST, IMMEDIATE, NoPostgres, Postgres, find_binaries
from bench.chaos.processes import Group, kill, marked, parent_of

ROOT = Path(__file__).resolve().parent.parent.parent


def server_is_there():
    try:
        find_binaries()
    except NoPostgres:
        return False
    return True


needs_server = pytest.mark.skipif(not server_is_there(), reason="needs a PostgreSQL server")


def test_without_arguments_it_takes_a_minute_and_both_parts():
    options = Options.read({})
    assert (options.seconds, options.parts, options.json) == (60, PARTS, None)


def test_it_takes_what_it_is_told(tmp_path):
    told = {"FOR": "7.5", "SEED": "3", "ONLY": "worker", "JSON": str(tmp_path / "a.json")}
    assert Options.read(told) == Options(7.5, 3, ("worker",), tmp_path / "a.json")


@pytest.mark.parametrize(
    "told",
    [
        {"FOR": "soon"},
        {"FOR": "0"},
        {"FOR": "nan"},
        {"FOR": "inf"},
        {"SEED": "-1"},
        {"SEED": "three"},
        {"ONLY": "sending,nonsense"},
        {"JSON": "/nowhere/at/all.json"},
    ],
)
def test_unusable_arguments_are_refused_by_name(told):
    ((name, value),) = told.items()
    with pytest.raises(Unusable, match=rf"^{name}=") as refused:
        Options.read(told)
    assert value.split(",")[-1] in str(refused.value)


def test_unusable_arguments_end_it_with_two():
    ended = subprocess.run(
        [sys.executable, "-m", "bench.chaos"],
        cwd=ROOT,
        env={"FOR": "never"},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 2
    assert ended.stderr.splitlines() == [
        "FOR=never: a number of seconds from 1 to 86400 is asked for."
    ]


def binaries_in(folder):
    folder.mkdir(parents=True)
    for name in ("initdb", "postgres"):
        (folder / name).touch(mode=0o755)
    return folder


def test_the_server_on_path_is_found_first(tmp_path, monkeypatch):
    binaries_in(tmp_path / "system" / "15" / "bin")
    own = binaries_in(tmp_path / "own")
    monkeypatch.setenv("PATH", str(own))
    assert find_binaries(tmp_path / "system") == own


def test_of_the_systems_servers_the_newest_is_found(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    for version in ("9", "16", "15", "common"):
        binaries_in(tmp_path / version / "bin")
    assert find_binaries(tmp_path) == tmp_path / "16" / "bin"


def test_without_a_server_it_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(NoPostgres, match="no PostgreSQL server found"):
        find_binaries(tmp_path)


@pytest.fixture
def folder():
    """One that somebody else may enter: PostgreSQL may run as such."""
    path = Path(tempfile.mkdtemp())
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


@needs_server
def test_its_postgresql_survives_a_power_cut_and_leaves_nothing_running(folder):
    server = Postgres(folder / "server")
    server.create()
    try:
        with server._connect() as session:
            session.execute("CREATE TABLE kept AS SELECT 1 AS one")
        server.stop(IMMEDIATE)
        server.start()
        with server._connect() as session:
            assert session.execute("SELECT one FROM kept").fetchone() == (1,)
            assert server.sessions() == [session.info.backend_pid]
    finally:
        server.stop(FAST)
    assert not server._answers()


def test_as_root_it_asks_for_somebody_unprivileged(monkeypatch):
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr(postgres, "UNPRIVILEGED", ("nobody-of-this-name",))
    with pytest.raises(NoPostgres, match="does not run as root"):
        postgres._identity()


def test_the_clock_runs_as_much_faster_as_it_says():
    before, after = fast(0.0), fast(-1.0)
    assert (after - before).total_seconds() == pytest.approx(SPEED - 1, abs=0.5)


def test_the_clock_shows_what_it_is_to_show_from_then_on():
    now = time.time()
    shown = datetime.fromtimestamp(now, UTC) + timedelta(hours=5)
    assert fast(right_at(shown, now)) - shown < timedelta(seconds=10)


FAMILY = """
import subprocess, sys, time
if len(sys.argv) < 2:
    subprocess.Popen([sys.executable, __file__, "child"])
time.sleep(600)
"""


@pytest.fixture
def family(tmp_path):
    """A group of a process and its child."""
    script = tmp_path / "family.py"
    script.write_text(FAMILY)
    group = Group("family", [sys.executable, str(script)], {}, tmp_path)
    group.start()
    wait_until(lambda: len(group.members()) == 2)
    yield group
    group.end()


def wait_until(condition, seconds=20.0):
    """Returns when it holds; fails if it never does."""
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.02)


def test_a_groups_processes_are_found_the_oldest_first(family):
    main, child = family.members()
    assert parent_of(child) == main


def test_an_orphan_still_belongs_to_its_group(family):
    main, child = family.members()
    kill([main])
    wait_until(lambda: parent_of(child) != main)
    assert family.members() == [child]


def test_a_group_that_runs_is_left_alone(family):
    before = family.members()
    assert not family.revive()
    assert family.members() == before


def test_a_group_that_lost_its_first_process_is_started_anew(family):
    before = family.members()
    kill(before[:1])
    wait_until(family.revive)
    wait_until(lambda: len(family.members()) == 2)
    assert not set(before) & set(family.members())


def test_at_the_end_nothing_of_a_group_is_left(family):
    family.end()
    wait_until(lambda: marked(family.mark) == [])
