"""`manage.py import_coupons`: reads coupons, and what they do differently, from a file."""

from pathlib import Path
from typing import Any

from django.utils import timezone

from crm.ingest import import_coupons
from orders.imports.command import ImportCommand
from orders.imports.results import Refusals
from orders.models import Shop


class Command(ImportCommand):
    """Here and not in coupons, since templates are nothing that a coupon knows."""

    help = "Reads coupons from a file into a shop. Again changes nothing."

    def read(
        self, *, shop: Shop, path: Path, refuse: Refusals, options: dict[str, Any]
    ) -> dict[str, Any]:
        """Import the file."""
        return import_coupons(shop=shop, path=path, now=timezone.now(), refuse=refuse)
