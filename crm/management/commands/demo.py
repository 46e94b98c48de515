"""Prepares the demo shop and prints a one-time log-in link: the first half of `make demo`."""

import hashlib
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

FINGERPRINT = ".fingerprint"


class Command(BaseCommand):
    help = "Migrate, collect static files, fill the demo shop if it is missing, print a log-in link"
    # The database may not be there yet.
    requires_migrations_checks = False

    def handle(self, *args: Any, **options: Any) -> None:
        """Everything that is there already is left as it is, so a second time is quick."""
        # Below: what it imports is for the demo alone, and heavy.
        from crm.demo import fill
        from orders.login_links import login_link

        self._say("Preparing the database …")
        call_command("migrate", verbosity=0, interactive=False)
        self._collect_static()
        owner = fill(timezone.now())
        self.stdout.write(login_link(owner))

    def _collect_static(self) -> None:
        stamp, now = settings.STATIC_ROOT / FINGERPRINT, _fingerprint()
        if stamp.exists() and stamp.read_text() == now:
            return
        self._say("Collecting static files …")
        call_command("collectstatic", verbosity=0, interactive=False, clear=True)
        stamp.write_text(now)

    def _say(self, line: str) -> None:
        self.stderr.write(line, style_func=str)


def _fingerprint() -> str:
    """Changes whenever a static file is added, taken away or written."""
    files = sorted(
        (path, storage.size(path), storage.get_modified_time(path).isoformat())
        for finder in get_finders()
        for path, storage in finder.list([])
    )
    return hashlib.sha256(repr(files).encode()).hexdigest()
