"""`manage.py run_due`: plans and sends what is due at a time."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from crm.models import Due
from crm.schedules import run_due
from messaging.dispatch import dispatch
from messaging.models import SENDING
from orders.management.command import JsonCommand, moment, shop_named, utc
from orders.models import Shop


class Command(JsonCommand):
    """Prints what ran and what became of the messages."""

    help = "Runs whatever is due at a time, as the clock would."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Arguments of this command."""
        super().add_arguments(parser)
        parser.add_argument("--at", required=True, metavar="ISO")
        parser.add_argument("--shop", metavar="SLUG")

    def answer(self, options: dict[str, Any]) -> dict[str, Any]:
        """Plan, then send."""
        shop = shop_named(options["shop"]) if options["shop"] else None
        at = moment(options["at"], shop)
        ran = run_due(now=at, shop=shop)
        self._tell_leased(at, shop)
        dispatched = dispatch(now=at, shop=shop)
        return {
            "at": utc(at),
            "ran": [
                {
                    "job": plan.job.value,
                    "shop": plan.shop.slug,
                    "planned": plan.decisions[""],
                    "left_out": {k: n for k, n in sorted(plan.decisions.items()) if k},
                }
                for plan in ran
            ],
            "dispatched": {state.name.lower(): n for state, n in sorted(dispatched.items()) if n},
        }

    def _tell_leased(self, at: datetime, shop: Shop | None) -> None:
        """Say what is due and was not run, since another planner has it or died with it."""
        leased = Due.objects.filter(SENDING, next_at__lte=at, leased_until__gt=at)
        if shop:
            leased = leased.filter(shop=shop)
        for due in leased.select_related("shop").order_by("next_at", "pk"):
            assert due.leased_until  # noqa: S101 - as it was asked for
            until = due.leased_until.astimezone(at.tzinfo)
            self.stderr.write(
                f"{due.job} of {due.shop.slug} is being planned by another worker "
                f"until {until:%H:%M:%S}; try again then.",
                style_func=str,
            )
