"""Makes the stand-in known to Dangol as two providers, and the others impatient."""

import os
from datetime import timedelta
from typing import TYPE_CHECKING

from django.apps import AppConfig

from bench.chaos.clock import SPEED, is_fast

if TYPE_CHECKING:
    from messaging.gateways.http import Patience

# A provider that can be asked what became of a batch, and one that can't.
ASKED, MUTE = "standin", "standin-mute"
URL = "CHAOS_STANDIN"
# The providers that have an address of their own (`town.py`).
PATHS = ("nhn_alimtalk", "solapi", "aligo", "fcm")
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
            from messaging import errands

            tasks.BUDGET /= SPEED
            errands.LATEST_BEGINNING /= SPEED


def _register(url: str) -> None:
    from messaging.gateways import PROVIDERS
    from messaging.gateways.http import Patience
    from tests.standin.provider import StandInProvider

    patience = Patience(connect=1, silence=2, whole=3)
    for name in (ASKED, MUTE):
        PROVIDERS[name] = StandInProvider(
            url,
            batch_size=BATCH_SIZE,
            remembers=timedelta(seconds=REMEMBERS * SPEED),
            can_ask=name == ASKED,
            patience=patience,
        )
    _make_impatient(patience)


def _make_impatient(patience: "Patience") -> None:
    """By the fast clock their own patience would outlast a lease."""
    from django.conf import settings

    from messaging.gateways import PHONE, PROVIDERS
    from messaging.gateways.aligo.gateway import Aligo
    from messaging.gateways.fcm.gateway import Fcm
    from messaging.gateways.nhn import sms
    from messaging.gateways.nhn.alimtalk import NhnAlimtalk
    from messaging.gateways.smtp.gateway import Smtp
    from messaging.gateways.solapi.gateway import Solapi

    urls = settings.PROVIDER_URLS
    PROVIDERS["nhn_alimtalk"] = NhnAlimtalk(urls["nhn_alimtalk"], patience=patience)
    PROVIDERS["nhn_sms"] = sms.NhnSms(urls["nhn_sms"], patience=patience)
    PROVIDERS["solapi"] = Solapi(urls["solapi"], patience=patience)
    PROVIDERS["aligo"] = Aligo(urls["aligo"], patience=patience)
    PROVIDERS["fcm"] = Fcm(urls["fcm"], patience=patience, begins=2)
    PROVIDERS["smtp"] = Smtp(patience=patience)
    sms.BEGIN_WITHIN = 2
    for name in PROVIDERS.keys() - {ASKED, MUTE, PHONE}:
        PROVIDERS[name].batch_size = BATCH_SIZE
