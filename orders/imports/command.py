"""What all import commands share: shop, file, refused rows, JSON and exit status."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from orders.imports.results import Refusals, write_rejects
from orders.imports.rows import Refusal, Unusable
from orders.models import Shop


class ImportCommand(BaseCommand):
    """Reads a file into a shop.

    Exit status 0: done; 1: done with refused rows; 2: unusable arguments or input. Refused rows go
    to `--rejects`, otherwise to standard error.
    """

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Arguments of every import."""
        parser.add_argument("--shop", required=True, metavar="SLUG", help="the shop's slug")
        parser.add_argument("file", type=Path, help="the file; .gz is unpacked")
        parser.add_argument("--rejects", type=Path, help="CSV file for refused rows")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def read(
        self, *, shop: Shop, path: Path, refuse: Refusals, options: dict[str, Any]
    ) -> dict[str, Any]:
        """Import the file, and say what it held, `rows_refused` among it."""
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the import and tell how it went."""
        started = monotonic()
        try:
            shop = _shop(options["shop"])
            with self._refusals(options["rejects"]) as refuse:
                told = self.read(shop=shop, path=options["file"], refuse=refuse, options=options)
        except Unusable as error:
            raise CommandError(str(error), returncode=2) from error
        self._tell(told | {"seconds": round(monotonic() - started, 1)}, options["json"])
        if told["rows_refused"]:
            raise CommandError(f"refused rows: {told['rows_refused']:,}", returncode=1)

    @contextmanager
    def _refusals(self, path: Path | None) -> Iterator[Refusals]:
        if path is None:
            yield self._say_refusal
            return
        try:
            stream = path.open("w", encoding="utf-8", newline="")
        except OSError as error:
            raise Unusable(f"{path} cannot be written: {error.strerror}") from error
        with stream:
            yield write_rejects(stream)

    def _say_refusal(self, refusal: Refusal, /) -> None:
        self.stderr.write(f"line {refusal.line}: {refusal.reason}")

    def _tell(self, told: dict[str, Any], as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(told))
            return
        for name, value in told.items():
            self.stdout.write(f"{name.replace('_', ' ')}: {value:,}")


def _shop(slug: str) -> Shop:
    shop = Shop.objects.filter(slug=slug).first()
    if shop is None:
        raise Unusable(f"there is no shop {slug}")
    return shop
