"""What one run of a baseline found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """Messages per second, and what must be said beside the figure."""

    per_second: float
    note: str = ""
