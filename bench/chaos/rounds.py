"""One round of each loop (`loops.py`)."""

from random import Random

from django.db.models import Q
from django.utils import timezone

from bench.chaos.shop import EVENTS
from crm.models import Due
from crm.tasks import plan_due, send_soon
from orders.models import Shop


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


ROUNDS = {"plan": plan, "trade": trade}
