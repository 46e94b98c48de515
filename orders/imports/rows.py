"""Reads the rows of a CSV file, each with the line where it starts, and damage with its reason.

The file is a stream: no more of it is held than one row. A row that is damaged costs its own line
and no more: after an open quote, reading goes on at the line below.
"""

import csv
import gzip
import re
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

# Longest line that is taken for one, in characters; a field may be as long as `csv` allows.
LONGEST_LINE = 200_000

# A byte that is not UTF-8, as Python's "surrogateescape" reads it.
_STRAY_BYTE = re.compile("[\udc80-\udcff]")


# What becomes of a line that is not UTF-8: the stray bytes it leaves in have its row refused.
Fallback = Callable[[str], str]


def as_latin1(line: str) -> str:
    """Each stray byte as its Latin-1 character, the rest as UTF-8; never fails."""
    return _STRAY_BYTE.sub(lambda byte: chr(ord(byte[0]) - 0xDC00), line)


def as_cp949(line: str) -> str:
    """The whole line as CP949, what Korean spreadsheets save; untouched where it isn't that."""
    if not _STRAY_BYTE.search(line):
        return line
    try:
        return line.encode("utf-8", "surrogateescape").decode("cp949")
    except UnicodeDecodeError:
        return line


class Unusable(Exception):
    """The file as a whole cannot be read; the text says why, in one line."""


class Refused(Exception):
    """A row cannot be kept; the text says why."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it stands in the file. The heading is line 1."""

    line: int
    fields: list[str]
    text: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that is not kept, and why."""

    line: int
    reason: str
    text: str


def read_rows(
    path: Path, heading: Sequence[str], fallback: Fallback = as_latin1
) -> Iterator[Row | Refusal]:
    """The rows below the heading; those with another number of columns come refused.

    `fallback` reads the lines that are not UTF-8. Ends with `.gz`: is unpacked. Empty lines are no
    rows. Raises `Unusable` for a file that cannot be opened or unpacked, or whose first line is
    not `heading`.
    """
    try:
        with _open(path) as stream:
            rows = _Rows(stream, fallback)
            _check_heading(next(rows, None), heading)
            for row in rows:
                yield _checked(row, len(heading)) if isinstance(row, Row) else row
    except (OSError, EOFError, zlib.error) as error:
        raise Unusable(f"{path.name} cannot be read: {_reason(error)}") from error


@contextmanager
def _open(path: Path) -> Iterator[TextIO]:
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as raw:
        yield TextIOWrapper(raw, encoding="utf-8-sig", errors="surrogateescape", newline="")


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error)


def _check_heading(first: Row | Refusal | None, heading: Sequence[str]) -> None:
    found = [name.strip() for name in first.fields] if isinstance(first, Row) else []
    if found != list(heading) or (first and first.line != 1):
        raise Unusable(f"line 1 must be the heading {','.join(heading)}")


def _checked(row: Row, columns: int) -> Row | Refusal:
    if len(row.fields) != columns:
        reason = f"{len(row.fields)} columns instead of {columns}"
        return Refusal(row.line, reason, row.text)
    if "\0" in row.text:
        return Refusal(row.line, "holds a NUL character", row.text)
    return row


class _Lines:
    """A file's lines, which remembers those of the row that is being read."""

    def __init__(self, stream: TextIO, fallback: Fallback) -> None:
        self._stream = stream
        self._fallback = fallback
        self._again: deque[str] = deque()
        self._taken: list[str] = []
        self.row_line = 1
        self.cut = False
        self.broke_off = False

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._read()
        if not line:
            self.broke_off = bool(self._taken)
            raise StopIteration
        self._taken.append(line)
        return line

    def _read(self) -> str:
        line = self._stream.readline(LONGEST_LINE)
        if len(line) == LONGEST_LINE and line[-1] not in "\r\n":
            self.cut = True
            rest = line
            while rest and rest[-1] not in "\r\n":
                rest = self._stream.readline(LONGEST_LINE)
        return line if line.isascii() else self._fallback(line)

    def next_row(self) -> None:
        """The lines taken were a row."""
        self.row_line += len(self._taken)
        self._taken.clear()
        self.cut = self.broke_off = False

    def give_back_all_but_first(self) -> None:
        """Only the first line was damaged: those below are read again."""
        self._again.extendleft(reversed(self._taken[1:]))
        del self._taken[1:]

    @property
    def text(self) -> str:
        """The row as it stands in the file; stray bytes as Latin-1, so that it can be written."""
        return as_latin1("".join(self._taken).rstrip("\r\n"))

    @property
    def unreadable(self) -> bool:
        """Whether the fallback left stray bytes in."""
        return any(not line.isascii() and _STRAY_BYTE.search(line) for line in self._taken)


class _Rows:
    """A file's rows, damaged ones as refusals."""

    def __init__(self, stream: TextIO, fallback: Fallback) -> None:
        self._lines = _Lines(stream, fallback)
        self._reader = csv.reader(self._lines)

    def __iter__(self) -> "_Rows":
        return self

    def __next__(self) -> Row | Refusal:
        while True:
            self._lines.next_row()
            try:
                fields = next(self._reader)
            except csv.Error as error:
                return self._damaged(str(error))
            if self._lines.cut:
                return self._damaged(f"a line of more than {LONGEST_LINE} characters")
            if self._lines.broke_off:
                return self._damaged("a quote that is never closed")
            if self._lines.unreadable:
                return self._refused("neither UTF-8 nor CP949")
            if fields:
                return Row(self._lines.row_line, fields, self._lines.text)

    def _damaged(self, reason: str) -> Refusal:
        self._lines.give_back_all_but_first()
        return self._refused(reason)

    def _refused(self, reason: str) -> Refusal:
        return Refusal(self._lines.row_line, reason, self._lines.text)
