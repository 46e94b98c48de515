"""A figure of `make bench`: what was measured, beside its baseline from the same run."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

RUNS = 5


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table.

    `limit` bounds the ratio of value to baseline, or the value itself where there is no baseline:
    from below where `at_least`, else from above. Without a limit the figure is there to be read.
    """

    name: str
    value: float
    unit: str
    baseline_name: str = ""
    baseline: float | None = None
    limit: float | None = None
    at_least: bool = True
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """The value as a multiple of its baseline."""
        return self.value / self.baseline if self.baseline else None

    @property
    def holds(self) -> bool:
        """Whether the limit is kept."""
        if self.limit is None:
            return True
        compared = self.value if self.ratio is None else self.ratio
        return compared >= self.limit if self.at_least else compared <= self.limit

    def as_json(self) -> dict[str, Any]:
        """Everything about it, for the file."""
        return asdict(self) | {"ratio": self.ratio, "holds": self.holds}


def seconds(work: Callable[[], object]) -> float:
    """How long `work` takes."""
    began = perf_counter()
    work()
    return perf_counter() - began


def peak() -> float:
    """The peak memory of this process in MiB (Linux).

    Not `getrusage`'s, which begins with the peak of the process that started this one.
    """
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def alternately(
    *works: Callable[[], float], runs: int = RUNS, before: Callable[[], object] = lambda: None
) -> list[float]:
    """The median of each work's figures, measured in turn, so that a slow minute meets them all."""
    samples: list[list[float]] = [[] for _ in works]
    for _ in range(runs):
        for work, found in zip(works, samples, strict=True):
            before()
            found.append(work())
    return [median(found) for found in samples]


_HEADINGS = ("figure", "value", "baseline", "ratio", "asked", "")


def table(figures: Sequence[Figure]) -> str:
    """The figures as a Markdown table."""
    rows = [_HEADINGS, ("---",) * len(_HEADINGS), *map(_cells, figures)]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _cells(figure: Figure) -> tuple[str, ...]:
    asked = ""
    if figure.limit is not None:
        sign = "≥" if figure.at_least else "≤"
        asked = f"{sign} {_number(figure.limit)}{' ×' if figure.ratio else ' ' + figure.unit}"
    return (
        figure.name + (f" ({figure.note})" if figure.note else ""),
        f"{_number(figure.value)} {figure.unit}",
        f"{figure.baseline_name}: {_number(figure.baseline)} {figure.unit}"
        if figure.baseline is not None
        else "",
        f"{figure.ratio:.2f}" if figure.ratio else "",
        asked,
        "" if figure.limit is None else ("holds" if figure.holds else "FALLS SHORT"),
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
