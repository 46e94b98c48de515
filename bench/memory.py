"""Whether memory and time grow with the number of messages: ten times as many, the same memory.

Each size plans in a process of its own and sends in a worker's, and the worker's peak is its own.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench.figures import Figure

ROOT = Path(__file__).resolve().parent.parent
MESSAGES = 1_000_000


def measure(rows: int | None) -> list[Figure]:
    """Peak MiB and seconds of so many messages, and of a tenth of them."""
    many = rows or MESSAGES
    small, large = _of(many // 10), _of(many)
    return [
        figure
        for step in ("plan", "dispatch")
        for figure in (
            _figure(f"{step}: peak memory", "MiB", 1.2, many, small, large, f"{step}_peak"),
            _figure(f"{step}: time", "s", 11, many, small, large, f"{step}_seconds"),
        )
    ]


def _figure(
    name: str,
    unit: str,
    limit: float,
    many: int,
    small: dict[str, float],
    large: dict[str, float],
    key: str,
) -> Figure:
    return Figure(
        name=name,
        note=f"{many:,} messages",
        value=large[key],
        unit=unit,
        baseline_name=f"{many // 10:,}",
        baseline=small[key],
        limit=limit,
        at_least=False,
    )


def _of(count: int) -> dict[str, Any]:
    answer = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", "bench.one_size", str(count)],
        cwd=ROOT,
        env=os.environ,
        stdout=subprocess.PIPE,
        check=True,
    )
    found: dict[str, Any] = json.loads(answer.stdout)
    return found
