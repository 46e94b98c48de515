"""One round of each loop (`loops.py`)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from django.db.models import Q
from django.utils import timezone

from bench.chaos.apps import ASKED
from bench.chaos.shop import EVENTS
from bench.chaos.town import Town
from crm.models import Due
from crm.tasks import plan_due, send_soon
from messaging.gateways import PROVIDERS, Reporter
from messaging.incoming import receive
from messaging.models import Gateway
from messaging.polling import poll_due
from messaging.reports import take_in
from orders.models import Shop
from tests.standin.provider import StandInProvider

# How long one round of questions lasts, in real seconds.
POLLING = timedelta(seconds=2)


def plan(dice: Random) -> None:
    """Let what is due in some minutes be due now, plan it, and have it sent.

    A tick comes every ten minutes; here it comes each time, and planners meet.
    """
    now = timezone.now()
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    Due.objects.filter(free, next_at__gt=now).update(next_at=now)
    plan_due()
    send_soon()


def trade(dice: Random) -> None:
    """Something happens in some shop."""
    shop = dice.choice(list(Shop.objects.order_by("pk")))
    dice.choice(EVENTS)(shop, dice, timezone.now())


class Reports:
    """Fetches what became of messages; from the beginning after each start, so news is repeated.

    The other providers are asked as a worker asks them.
    """

    def __init__(self) -> None:
        self._after = 0

    def __call__(self, dice: Random) -> None:
        """Take in all that is new."""
        while self._fetch():
            pass
        poll_due(timezone.now(), POLLING)

    def _fetch(self) -> bool:
        provider = PROVIDERS[ASKED]
        assert isinstance(provider, StandInProvider)  # noqa: S101 - registered by `apps`
        now = timezone.now()
        page, end = provider.reports(self._after, now)
        for gateway in Gateway.objects.order_by("pk"):  # all are at the one stand-in
            take_in(page, gateway=gateway, now=now)
        before, self._after = self._after, end
        return end > before


def take_in_hooks(town: Town, now: datetime) -> None:
    """Take in what the providers in town call us with, each for its own gateways."""
    for name, webhook in town.hooks():
        provider = PROVIDERS[name]
        assert isinstance(provider, Reporter)  # noqa: S101 - who calls is one
        for gateway in Gateway.objects.filter(provider=name).order_by("pk"):
            receive(gateway, provider.read_webhook(webhook, gateway.account), now=now)


ROUNDS: dict[str, Callable[[Random], None]] = {"plan": plan, "trade": trade, "report": Reports()}
