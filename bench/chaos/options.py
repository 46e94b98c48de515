"""What `make chaos` is told, by variables of the environment."""

import os
import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.__main__ import place

PARTS = ("sending", "worker")
LONGEST = 86_400


class Unusable(Exception):
    """Why the arguments can't be used, in one line."""


@dataclass(frozen=True, slots=True)
class Options:
    """`seconds` of chaos, the `seed` of its dice, the `parts` to run, where figures are kept."""

    seconds: float
    seed: int
    parts: tuple[str, ...]
    json: Path | None

    @classmethod
    def read(cls, told: Mapping[str, str] = os.environ) -> "Options":
        """From FOR, SEED, ONLY and JSON. Raises Unusable."""
        return cls(_seconds(told), _seed(told), _parts(told), _json(told))


def _seconds(told: Mapping[str, str]) -> float:
    text = told.get("FOR") or "60"
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 1 <= seconds <= LONGEST:
        raise Unusable(f"FOR={text}: a number of seconds from 1 to {LONGEST} is asked for.")
    return seconds


def _seed(told: Mapping[str, str]) -> int:
    text = told.get("SEED", "")
    if not text:
        return random.randrange(10**6)  # noqa: S311 - dice, not secrets
    if not (text.isascii() and text.isdigit()):
        raise Unusable(f"SEED={text}: a whole number is asked for.")
    return int(text)


def _parts(told: Mapping[str, str]) -> tuple[str, ...]:
    asked = {part.strip() for part in told.get("ONLY", "").split(",") if part.strip()}
    if unknown := asked - set(PARTS):
        raise Unusable(f"ONLY={','.join(sorted(unknown))}: there is only {', '.join(PARTS)}.")
    return tuple(part for part in PARTS if part in asked) or PARTS


def _json(told: Mapping[str, str]) -> Path | None:
    try:
        return place(told.get("JSON", ""))
    except ValueError as problem:
        raise Unusable(str(problem)) from problem
