"""Numbers a day as columns: the figures that an SVG needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

STEP, BAR = 20, 12  # of each day's place, and of its column, in the drawing's own units
HEIGHT = 100


@dataclass(frozen=True, slots=True)
class Column:
    """A day: `sent` as a column, `left_out` as a point of the line."""

    day: date
    sent: int
    left_out: int
    x: int
    y: float
    height: float
    line_x: int
    line_y: float


@dataclass(frozen=True, slots=True)
class Chart:
    """The columns, and what the drawing's top stands for."""

    columns: list[Column]
    most: int

    @property
    def width(self) -> int:
        """In the drawing's own units."""
        return STEP * len(self.columns)

    @property
    def line(self) -> str:
        """The left-out of each day as an SVG polyline's points."""
        return " ".join(f"{c.line_x},{c.line_y}" for c in self.columns)

    @property
    def has_left_out(self) -> bool:
        """Whether anything was left out at all."""
        return any(column.left_out for column in self.columns)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(column.sent or column.left_out for column in self.columns)


def chart(days: Sequence[tuple[date, int, int]]) -> Chart:
    """Columns for (day, sent, left out)."""
    most = _round_up(max((max(sent, left_out) for _day, sent, left_out in days), default=0))
    return Chart([_column(n, most, *day) for n, day in enumerate(days)], most)


def _column(n: int, most: int, day: date, sent: int, left_out: int) -> Column:
    height = round(HEIGHT * sent / most, 2)
    return Column(
        day=day,
        sent=sent,
        left_out=left_out,
        x=STEP * n + (STEP - BAR) // 2,
        y=round(HEIGHT - height, 2),
        height=height,
        line_x=STEP * n + STEP // 2,
        line_y=round(HEIGHT * (1 - left_out / most), 2),
    )


def _round_up(value: int) -> int:
    """The next 1, 2 or 5 times a power of ten, at least 10."""
    power = 10
    while True:
        for factor in (1, 2, 5):
            if value <= factor * power:
                return factor * power
        power *= 10
