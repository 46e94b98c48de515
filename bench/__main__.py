"""`make bench`: how fast Dangol is, each figure beside its baseline from the same run.

On PostgreSQL, `DATABASE_URL`'s server or the one that the tests would find; each part fills a
database of its own there, which is dropped afterwards. `ONLY=plan,history` chooses parts, `ROWS=n`
their size, `JSON=file` keeps the figures with the commit and the machine. Asked to end, it leaves
neither processes nor databases.
"""

import json
import os
import platform
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from bench.chaos.processes import MARK, kill, marked
from bench.database import check, fresh
from bench.figures import Figure, table
from config.supervisor import StopFlag, output_of, say
from tests.machine import Missing, postgresql

ROOT = Path(__file__).resolve().parent.parent
# In the order in which they are run.
PARTS = ("plan", "states", "dispatch", "mail", "shops", "memory", "tick", "history")


def main() -> int:
    """Measure what is asked for; the exit status.

    0 if every limit is kept, 1 if not or if a part failed, 2 for unusable arguments, 130 if it
    was asked to end.
    """
    try:
        parts, rows, url = _parts(), _rows(), _server()
        kept = place(os.environ.get("JSON", ""))
    except ValueError as problem:
        print(problem, file=sys.stderr)
        return 2
    stopping = StopFlag()
    found = {part: _measure(part, rows, url, stopping) for part in parts}
    if stopping.is_set:
        say("Interrupted: there are no figures.")
        return 128 + signal.SIGINT
    return tell(found, kept)


def tell(found: dict[str, list[Figure] | None], kept: Path | None) -> int:
    """Print and keep what was measured, also where parts failed (None); the exit status."""
    failed = [part for part, figures in found.items() if figures is None]
    figures = [figure for of_part in found.values() for figure in of_part or ()]
    print(f"Commit {commit()}, {machine()['summary']}\n\n{table(figures)}")
    if failed:
        say(f"No figures, because it failed: {', '.join(failed)}.")
    if kept:
        kept.write_text(json.dumps(_report(figures) | {"failed": failed}, indent=2) + "\n")
    return 0 if not failed and all(figure.holds for figure in figures) else 1


def _parts() -> list[str]:
    asked = [part.strip() for part in os.environ.get("ONLY", "").split(",") if part.strip()]
    unknown = [part for part in asked if part not in PARTS]
    if unknown:
        raise ValueError(f"ONLY={','.join(unknown)}: there is only {', '.join(PARTS)}.")
    return [part for part in PARTS if part in asked] or list(PARTS)


def _rows() -> str:
    rows = os.environ.get("ROWS", "")
    if rows and not (rows.isdecimal() and int(rows) >= 1000):
        raise ValueError(f"ROWS={rows}: a whole number of 1000 and more is asked for.")
    return rows


def _server() -> str:
    url = os.environ.get("DATABASE_URL", "")
    if url and not url.startswith("postgres"):
        raise ValueError("The figures are PostgreSQL's: DATABASE_URL=postgres://user@host/name")
    try:
        url = url or postgresql()
    except Missing as reason:
        raise ValueError(f"The figures are PostgreSQL's, and there is {reason}.") from reason
    check(url)
    return url


def place(told: str) -> Path | None:
    """The file to keep figures in, asked for before they are measured. Raises ValueError."""
    if not told:
        return None
    path = Path(told)
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise ValueError(f"JSON={path}: there is no such place for a file.")
    return path


def _measure(part: str, rows: str, url: str, stopping: StopFlag) -> list[Figure] | None:
    """A part in a process and a database of its own; None if it failed or we are to end."""
    if stopping.is_set:
        return None
    say(f"Measuring {part} …")
    try:
        with fresh(url, part) as database:
            answer = _run(part, rows, database, stopping)
    except psycopg.Error as error:
        say(f"The database of {part}: {' '.join(str(error).split())}")
        return None
    return None if answer is None else [Figure(**one) for one in json.loads(answer)]


def _run(part: str, rows: str, database: str, stopping: StopFlag) -> str | None:
    """What a part printed; of what it started, nothing is left."""
    mark = f"bench-{os.getpid()};"
    command = [sys.executable, "-m", "bench.part", part, rows]
    try:
        return output_of(command, os.environ | {"DATABASE_URL": database, MARK: mark}, stopping)
    finally:
        kill(marked(mark))


def _report(figures: list[Figure]) -> dict[str, Any]:
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit(),
        "machine": machine(),
        "figures": [figure.as_json() for figure in figures],
    }


def commit() -> str:
    """The commit that is measured, with a plus where the checkout differs from it."""
    command = ["git", "describe", "--always", "--abbrev=12", "--exclude=*", "--dirty=+"]
    answer = subprocess.run(  # noqa: S603 - a fixed command
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )
    return answer.stdout.strip() or "unknown"


def machine() -> dict[str, Any]:
    """What it is measured on."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    found = {
        "cores": os.cpu_count(),
        "memory_gib": round(pages / 2**30),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }
    summary = "{cores} cores, {memory_gib} GiB, {system}, Python {python}".format(**found)
    return found | {"summary": summary}


if __name__ == "__main__":
    sys.exit(main())
