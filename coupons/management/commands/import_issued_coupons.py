"""`manage.py import_issued_coupons`: reads who has which coupon from a file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils import timezone

from coupons.imports.issued_coupons import import_issued_coupons
from orders.imports.command import ImportCommand
from orders.imports.results import Refusals
from orders.models import Shop


class Command(ImportCommand):
    """Later news about a coupon that is known already updates it."""

    help = "Reads issued coupons from a file into a shop. Again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Arguments of this import."""
        super().add_arguments(parser)
        parser.add_argument(
            "--invent-people", metavar="SEED", help="give customers fictional names"
        )

    def read(
        self, *, shop: Shop, path: Path, refuse: Refusals, options: dict[str, Any]
    ) -> dict[str, Any]:
        """Import the file."""
        return import_issued_coupons(
            shop=shop,
            path=path,
            now=timezone.now(),
            refuse=refuse,
            people_seed=options["invent_people"],
        )
