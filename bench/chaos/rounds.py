"""One round of each loop (`loops.py`)."""

from collections.abc import Callable
from random import Random

from django.db.models import Q
from django.utils import timezone

from bench.chaos.apps import ASKED
from bench.chaos.shop import EVENTS
from crm.models import Due
from crm.tasks import plan_due, send_soon
from messaging.gateways import PROVIDERS
from messaging.models import Gateway
from messaging.reports import take_in
from orders.models import Shop
from tests.standin.provider import StandInProvider


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
    """Fetches what became of messages; from the beginning after each start, so news is repeated."""

    def __init__(self) -> None:
        self._after = 0

    def __call__(self, dice: Random) -> None:
        """Take in all that is new."""
        while self._fetch():
            pass

    def _fetch(self) -> bool:
        provider = PROVIDERS[ASKED]
        assert isinstance(provider, StandInProvider)  # noqa: S101 - registered by `apps`
        now = timezone.now()
        page, end = provider.reports(self._after, now)
        for gateway in Gateway.objects.order_by("pk"):  # all are at the one stand-in
            take_in(page, gateway=gateway, now=now)
        before, self._after = self._after, end
        return end > before


ROUNDS: dict[str, Callable[[Random], None]] = {"plan": plan, "trade": trade, "report": Reports()}
