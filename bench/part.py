"""One part of `make bench`, in a process of its own: `python -m bench.part NAME [ROWS]`.

Prints its figures as JSON. The database is `DATABASE_URL`'s, empty. Asked to end, it ends what it
has started and drops what it has created.
"""

import importlib
import json
import os
import signal
import sys
from dataclasses import asdict
from types import FrameType
from typing import NoReturn

import django

from bench.chaos.processes import MARK, kill, marked


def main(name: str, rows: str) -> None:
    """Migrate, measure, print."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.update(HTTPS="false", LOG_LEVEL="WARNING")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    module = importlib.import_module(f"bench.{name}")
    # Until here nothing was started or created that a plain end would leave behind.
    signal.signal(signal.SIGTERM, _end)
    figures = module.measure(int(rows) if rows else None)
    print(json.dumps([asdict(figure) for figure in figures]))


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    """Kill what we have started before it complains; then every block on the way out cleans up."""
    if MARK in os.environ:
        # The newest first: none outlives whom it talks to.
        kill(pid for pid in reversed(marked(os.environ[MARK])) if pid != os.getpid())
    raise KeyboardInterrupt


if __name__ == "__main__":
    try:
        main(*sys.argv[1:3])
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGTERM)
