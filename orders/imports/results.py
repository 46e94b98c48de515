"""What an import tells of itself."""

import csv
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Protocol

from orders.imports.rows import Refusal, Row, Unusable


class Refusals(Protocol):
    """Where refused rows go."""

    def __call__(self, refusal: Refusal, /) -> None: ...


@dataclass(slots=True)
class RowCounts:
    """How many rows a file had; of those kept, how many stand in the database by now."""

    rows_read: int = 0
    rows_refused: int = 0
    rows_stored: int = 0

    @property
    def rows_kept(self) -> int:
        """Rows that became facts, repeated ones too."""
        return self.rows_read - self.rows_refused

    def as_json(self) -> dict[str, int]:
        """In the order in which people read it."""
        return {
            "rows_read": self.rows_read,
            "rows_kept": self.rows_kept,
            "rows_refused": self.rows_refused,
        }


@contextmanager
def telling_what_stands(counts: RowCounts) -> Iterator[None]:
    """Where a file breaks off in its middle, add to the `Unusable` how many rows are stored."""
    try:
        yield
    except Unusable as error:
        if not counts.rows_read:
            raise
        stored = f"rows kept before the break: {counts.rows_stored:,}"
        raise Unusable(f"{error}; {stored}") from error


def count(rows: Iterable[Row | Refusal], counts: RowCounts, refuse: Refusals) -> Iterator[Row]:
    """The rows that are whole; the others are counted and told."""
    for row in rows:
        counts.rows_read += 1
        if isinstance(row, Row):
            yield row
        else:
            counts.rows_refused += 1
            refuse(row)


def write_rejects(stream: IO[str]) -> Refusals:
    """Refused rows as a CSV file: `line,reason,row`."""
    writer = csv.writer(stream)
    writer.writerow(["line", "reason", "row"])

    def refuse(refusal: Refusal, /) -> None:
        writer.writerow([refusal.line, refusal.reason, refusal.text])

    return refuse
