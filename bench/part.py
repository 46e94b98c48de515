"""One part of `make bench`, in a process of its own: `python -m bench.part NAME [ROWS]`.

Prints its figures as JSON. The database is `DATABASE_URL`'s, empty.
"""

import importlib
import json
import os
import sys
from dataclasses import asdict

import django


def main(name: str, rows: str) -> None:
    """Migrate, measure, print."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.update(HTTPS="false", LOG_LEVEL="WARNING")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    module = importlib.import_module(f"bench.{name}")
    figures = module.measure(int(rows) if rows else None)
    print(json.dumps([asdict(figure) for figure in figures]))


if __name__ == "__main__":
    main(*sys.argv[1:3])
