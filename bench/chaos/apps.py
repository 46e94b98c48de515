"""Makes the stand-in known to Dangol as two providers."""

import os
from datetime import timedelta

from django.apps import AppConfig

from bench.chaos.clock import SPEED, is_fast

# A provider that can be asked what became of a batch, and one that can't.
ASKED, MUTE = "standin", "standin-mute"
URL = "CHAOS_STANDIN"
BATCH_SIZE = 8
# How long the stand-in knows a key, in real seconds. By the fast clock: two leases and a half, so
# that some of what was interrupted can be sent again, and some must be asked after or be unknown.
REMEMBERS = 30


class ChaosConfig(AppConfig):
    """Registers the providers; shortens with the fast clock what is measured in real seconds."""

    name = "bench.chaos"
    label = "chaos"

    def ready(self) -> None:
        """Called once all models are there."""
        if URL in os.environ:
            _register(os.environ[URL])
        if is_fast():
            from crm import tasks
            from messaging import dispatch

            tasks.BUDGET /= SPEED
            dispatch.LATEST_BEGINNING /= SPEED


def _register(url: str) -> None:
    from messaging.gateways import PROVIDERS
    from messaging.gateways.http import Patience
    from tests.standin.provider import StandInProvider

    for name in (ASKED, MUTE):
        PROVIDERS[name] = StandInProvider(
            url,
            batch_size=BATCH_SIZE,
            remembers=timedelta(seconds=REMEMBERS * SPEED),
            can_ask=name == ASKED,
            patience=Patience(connect=1, silence=2, whole=3),
        )
