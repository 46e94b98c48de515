"""What `make bench` makes of what it measures, and that each part runs."""

import importlib
import json
import os
import signal
import subprocess
import sys
import time

import pytest

from bench.__main__ import ROOT, main, tell
from bench.chaos.processes import marked
from bench.database import connect
from bench.figures import Figure, alternately, table
from tests.machine import Missing, postgresql


def test_a_figure_keeps_its_limit_as_a_ratio_from_below_or_above():
    quick = Figure("f", 60, "rows/s", "bare", 100, limit=0.6)
    slow = Figure("f", 59, "rows/s", "bare", 100, limit=0.6)
    assert (quick.holds, slow.holds) == (True, False)
    assert not Figure("f", 4, "ms", "bare", 1, limit=3, at_least=False).holds


def test_a_figure_without_baseline_keeps_its_limit_by_itself():
    assert Figure("f", 900, "ms", limit=1000, at_least=False).holds
    assert not Figure("f", 1100, "ms", limit=1000, at_least=False).holds


def test_the_table_says_what_falls_short_and_against_what():
    line = table([Figure("plan", 50, "rows/s", "bare", 100, limit=0.6)]).splitlines()[-1]
    assert line == "| plan | 50 rows/s | bare: 100 rows/s | 0.50 | ≥ 0.6 × | FALLS SHORT |"


def test_works_are_measured_in_turn_and_the_medians_taken():
    order: list[str] = []
    figures = {"a": iter((3.0, 1.0, 2.0)), "b": iter((30.0, 10.0, 20.0))}

    def work(name: str) -> float:
        order.append(name)
        return next(figures[name])

    assert alternately(lambda: work("a"), lambda: work("b"), runs=3) == [2.0, 20.0]
    assert order == ["a", "b"] * 3


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ONLY", "plan,nonsense", "nonsense"),
        ("ROWS", "many", "ROWS=many"),
        ("ROWS", "10", "ROWS=10"),
        ("DATABASE_URL", "sqlite:///x", "PostgreSQL"),
        ("DATABASE_URL", "postgres://nobody@127.0.0.1:1/x", "cannot be used"),
    ],
)
def test_arguments_that_make_no_sense_are_refused_with_a_clear_line(
    name, value, said, monkeypatch, capsys
):
    monkeypatch.setenv(name, value)
    assert main() == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


@pytest.fixture
def server() -> str:
    """A PostgreSQL to measure on."""
    try:
        return postgresql()
    except Missing as reason:
        pytest.skip(str(reason))


def start(server: str, **settings: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "bench"],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": server} | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_asked_to_end_it_leaves_no_process_and_no_database(server, number):
    with start(server, ONLY="dispatch", ROWS="1000000") as process:
        mark = f"bench-{process.pid};"
        deadline = time.monotonic() + 30
        while not (begun := marked(mark)) and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(number)
        _output, error = process.communicate(timeout=30)
    assert begun
    assert process.returncode == 130
    assert error.splitlines() == ["Measuring dispatch …", "Interrupted: there are no figures."]
    assert not marked(mark)
    assert f"dangol_bench_dispatch_{process.pid}" not in databases(server)


def databases(server: str) -> list[str]:
    with connect(server) as connection:
        return [name for (name,) in connection.execute("SELECT datname FROM pg_database")]


def test_a_part_that_fails_does_not_lose_the_others(capsys, tmp_path):
    figure = Figure("states", 60, "rows/s", "bare", 100, limit=0.6)
    assert tell({"states": [figure], "memory": None}, tmp_path / "figures.json") == 1
    told = capsys.readouterr()
    assert "60 rows/s" in told.out
    assert "memory" in told.err
    kept = json.loads((tmp_path / "figures.json").read_text())
    assert (kept["failed"], len(kept["figures"])) == (["memory"], 1)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("part", ["plan", "states", "tick"])
def test_a_part_writes_what_its_baseline_writes(part):
    figures = importlib.import_module(f"bench.{part}").measure(1500)
    assert all(figure.value > 0 for figure in figures)
