"""`make chaos [FOR=60] [SEED=n]`: seconds of kills and faults at random, then the accounts.

`ONLY=sending` or `ONLY=worker` runs one of the two parts, `JSON=file` keeps what came of them.
Exit status 0 if everything holds, 1 if not (the folder is kept), 2 for unusable arguments.
"""

import importlib
import json
import os
import secrets
import shutil
import signal
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import django

from bench.__main__ import commit, machine
from bench.chaos.apps import URL
from bench.chaos.options import Options, Unusable
from bench.chaos.postgres import HOST, NoPostgres, Postgres, find_binaries, free_port
from bench.chaos.processes import kill, marked
from bench.chaos.urls import lead_there
from config.supervisor import say


def main() -> int:
    """Run the parts that are asked for; the exit status."""
    signal.signal(signal.SIGTERM, _exit)
    try:
        options, binaries = Options.read(), find_binaries()
    except (Unusable, NoPostgres) as problem:
        say(str(problem))
        return 2
    folder = Path(tempfile.mkdtemp(prefix="dangol-chaos-"))
    folder.chmod(0o711)  # PostgreSQL may run as somebody else
    keep = False
    try:
        keep = not _run(options, folder, Postgres(folder / "postgres", binaries))
    except KeyboardInterrupt:
        say("Interrupted: there are no accounts.")
        return 128 + signal.SIGINT
    except Exception:
        keep = True
        raise
    finally:
        if keep:
            say(f"What there is to look at is in {folder}")
        else:
            shutil.rmtree(folder)
    return int(keep)


def _exit(_number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(128 + signal.SIGTERM)


def _run(options: Options, folder: Path, postgres: Postgres) -> bool:
    """Run the parts, tell what came of them; whether everything holds."""
    say(f"Seed {options.seed}. The same seed does the same, but to another moment.")
    try:
        postgres.create()
        _prepare(postgres)
        parts = {}
        for name in options.parts:
            part = importlib.import_module(f"bench.chaos.{name}")
            parts[name] = part.run(folder, postgres, options)
            print(parts[name].table(), flush=True)
    finally:
        kill(marked(f"{folder.name}/"))
        postgres.stop()
    holds = all(part.holds for part in parts.values())
    print("Everything holds." if holds else "It does not hold.")
    if options.json:
        told = _report(options) | {name: part.as_json() for name, part in parts.items()}
        options.json.write_text(json.dumps(told | {"holds": holds}, indent=2) + "\n")
    return holds


def _prepare(postgres: Postgres) -> None:
    """Make this process one of Dangol's, and the tables."""
    os.environ.update(
        DATABASE_URL=postgres.url,
        DJANGO_SETTINGS_MODULE="bench.chaos.settings",
        SECRET_KEY=secrets.token_urlsafe(64),
        HTTPS="false",
        LOG_LEVEL="WARNING",
    )
    os.environ[URL] = f"http://{HOST}:{free_port()}"
    lead_there()
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def _report(options: Options) -> dict[str, Any]:
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit(),
        "machine": machine(),
        "seconds": options.seconds,
        "seed": options.seed,
    }


if __name__ == "__main__":
    sys.exit(main())
