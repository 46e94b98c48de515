"""`manage.py import_orders`: reads orders and cancellations from a file."""

from argparse import ArgumentParser
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils import timezone

from orders.imports.command import ImportCommand
from orders.imports.fields import read_decimal
from orders.imports.online_retail import import_orders
from orders.imports.results import Refusals
from orders.imports.rows import Refused, Unusable
from orders.management.command import moment
from orders.models import Shop


class Command(ImportCommand):
    """See docs for the format's rules."""

    help = "Reads orders and cancellations from a file into a shop. Again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Arguments of this import."""
        super().add_arguments(parser)
        parser.add_argument("--format", required=True, choices=["online-retail"])
        parser.add_argument("--rate", default="1", help="the shop's currency for one of the file's")
        parser.add_argument("--ends-at", metavar="ISO", help="move all times: the last falls here")
        parser.add_argument(
            "--invent-people", metavar="SEED", help="give customers fictional names"
        )

    def read(
        self, *, shop: Shop, path: Path, refuse: Refusals, options: dict[str, Any]
    ) -> dict[str, Any]:
        """Import the file."""
        imported = import_orders(
            shop=shop,
            path=path,
            now=timezone.now(),
            refuse=refuse,
            rate=_rate(options["rate"]),
            ends_at=moment(options["ends_at"], shop) if options["ends_at"] else None,
            people_seed=options["invent_people"],
        )
        return imported.as_json()


def _rate(text: str) -> Decimal:
    try:
        rate = read_decimal(str(text), "--rate")
    except Refused as error:
        raise Unusable(str(error)) from error
    if rate <= 0:
        raise Unusable("--rate must be more than 0")
    return rate
