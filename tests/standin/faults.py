"""How the stand-in misbehaves: as told for the next requests, or at random."""

import random
from collections import deque
from dataclasses import dataclass
from typing import Any

# Named for what the client sees, and whether the batch was taken where both can be.
NAMES = (
    "500-before",
    "500-after",
    "401",
    "429",
    "503",
    "garbage",
    "half",
    "nothing-before",
    "nothing",
    "no-ids",
    "late",
    "slow",
)
# A refusal is no trouble that passes: it comes only when told.
AT_RANDOM = tuple(name for name in NAMES if name != "401")
# These answer, or vanish, without having looked at the batch.
BEFORE = ("500-before", "401", "429", "503", "nothing-before")
# These say that nothing was taken: such a batch may be decided anew, and come under another key.
TURNED_AWAY = ("401", "429", "503")


@dataclass(frozen=True, slots=True)
class Fault:
    """One misbehaviour; `seconds` is how long to wait, or how long the client is told to."""

    name: str = ""
    seconds: float = 0.5

    @classmethod
    def of(cls, told: Any) -> "Fault":
        """From JSON: a name, or {"name", "seconds"}. "" is good behaviour."""
        fault = cls(told) if isinstance(told, str) else cls(**told)
        if fault.name not in ("", *NAMES):
            raise ValueError(f"there is no fault {fault.name!r}")
        return fault


class Faults:
    """What is told is done first, then `rate` of all requests go wrong at random."""

    def __init__(self, rate: float, seed: int) -> None:
        self._told: deque[Fault] = deque()
        self._rate = rate
        self._random = random.Random(seed)

    def tell(self, told: list[Any]) -> None:
        """Misbehave so at the next requests, one each."""
        self._told.extend([Fault.of(one) for one in told])

    def next(self) -> Fault:
        """How to treat the request at hand."""
        if self._told:
            return self._told.popleft()
        if self._random.random() < self._rate:
            return Fault(self._random.choice(AT_RANDOM))
        return Fault()
