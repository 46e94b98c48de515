"""What `make bench` makes of what it measures, and that each part runs."""

import importlib

import pytest

from bench.__main__ import main
from bench.figures import Figure, alternately, table


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
    ],
)
def test_arguments_that_make_no_sense_are_refused_with_a_clear_line(
    name, value, said, monkeypatch, capsys
):
    monkeypatch.setenv(name, value)
    assert main() == 2
    assert said in capsys.readouterr().err


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("part", ["plan", "states", "tick"])
def test_a_part_writes_what_its_baseline_writes(part):
    figures = importlib.import_module(f"bench.{part}").measure(1500)
    assert all(figure.value > 0 for figure in figures)
