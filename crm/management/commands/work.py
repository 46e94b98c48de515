"""`manage.py work`: a group of workers that looks after itself."""

import os
import sys
from argparse import ArgumentParser
from math import inf
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django_q.conf import Conf

from crm.working import work
from orders.management.command import prepare_database, refuse

# A database that is away comes back: whoever supervises starts the group again.
TRY_AGAIN = 1

BEATS_A_SILENCE = 3


class Command(BaseCommand):
    """Serves a queue until it is asked to stop."""

    help = "Works a queue off until it is asked to stop; to be started again whenever it ends."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Arguments of this command."""
        parser.add_argument("--cluster", metavar="NAME", help="instead of Q_CLUSTER_NAME")

    def handle(self, *args: Any, **options: Any) -> None:
        """Work."""
        name = options["cluster"] or Conf.CLUSTER_NAME
        if name not in settings.Q_CLUSTER["ALT_CLUSTERS"]:
            known = ", ".join(settings.Q_CLUSTER["ALT_CLUSTERS"])
            refuse(f"there is no cluster “{name}”, only: {known}")
        if name != Conf.CLUSTER_NAME:
            _begin_anew(name)
        prepare_database(self, unreachable=TRY_AGAIN)
        _refuse_what_would_kill_a_sound_group(settings.WORKER_BEAT, settings.WORKER_SILENCE)
        work(beat_every=settings.WORKER_BEAT, silence=settings.WORKER_SILENCE)


def _refuse_what_would_kill_a_sound_group(beat: float, silence: float) -> None:
    """One beat may be lost and the next one late; what is no number compares with nothing."""
    if not 0 < BEATS_A_SILENCE * beat <= silence < inf:
        refuse(
            "WORKER_BEAT and WORKER_SILENCE are numbers of seconds above 0, and the silence is"
            f" at least {BEATS_A_SILENCE} beats long"
        )


def _begin_anew(cluster: str) -> None:
    """In the same process: django-q2 reads the name once, before any command is read."""
    command = [sys.executable, *sys.orig_argv[1:]]
    os.execve(sys.executable, command, os.environ | {"Q_CLUSTER_NAME": cluster})  # noqa: S606
