"""`manage.py run_due`: plans and sends what is due at a time."""

from argparse import ArgumentParser
from typing import Any

from crm.schedules import run_due
from messaging.dispatch import dispatch
from orders.management.command import JsonCommand, moment, shop_named, utc


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
