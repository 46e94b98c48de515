"""What all import commands share: file, refused rows, and exit status 1."""

from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

from django.core.management.base import CommandError

from orders.imports.results import Refusals, write_rejects
from orders.imports.rows import Refusal
from orders.management.command import JsonCommand, refuse, shop_named
from orders.models import Shop


class ImportCommand(JsonCommand):
    """Reads a file into a shop.

    Exit status 0: done; 1: done with refused rows; 2: unusable arguments or input. Refused rows go
    to `--rejects`, otherwise to standard error.
    """

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Arguments of every import."""
        super().add_arguments(parser)
        parser.add_argument("--shop", required=True, metavar="SLUG", help="the shop's slug")
        parser.add_argument("file", type=Path, help="the file; .gz is unpacked")
        parser.add_argument("--rejects", type=Path, help="CSV file for refused rows")

    def read(
        self, *, shop: Shop, path: Path, refuse: Refusals, options: dict[str, Any]
    ) -> dict[str, Any]:
        """Import the file, and say what it held, `rows_refused` among it."""
        raise NotImplementedError

    def answer(self, options: dict[str, Any]) -> dict[str, Any]:
        """Run the import."""
        started = monotonic()
        shop = shop_named(options["shop"])
        if _same(options["rejects"], options["file"]):
            refuse("--rejects is the input itself: name another file")
        with self._refusals(options["rejects"]) as refused:
            told = self.read(shop=shop, path=options["file"], refuse=refused, options=options)
        return told | {"seconds": round(monotonic() - started, 1)}

    def tell(self, answer: dict[str, Any], options: dict[str, Any]) -> None:
        """Tell how it went, line by line unless as JSON; refused rows are exit status 1."""
        if options["json"]:
            super().tell(answer, options)
        else:
            for name, value in answer.items():
                self.stdout.write(f"{name.replace('_', ' ')}: {value:,}")
        if answer["rows_refused"]:
            raise CommandError(f"refused rows: {answer['rows_refused']:,}", returncode=1)

    @contextmanager
    def _refusals(self, path: Path | None) -> Iterator[Refusals]:
        if path is None:
            yield self._say_refusal
            return
        try:
            stream = path.open("w", encoding="utf-8", newline="")
        except OSError as error:
            refuse(f"{path} cannot be written: {error.strerror}")
        with stream:
            yield write_rejects(stream)

    def _say_refusal(self, refusal: Refusal, /) -> None:
        self.stderr.write(f"line {refusal.line}: {refusal.reason}")


def _same(rejects: Path | None, path: Path) -> bool:
    """Whether both are one file, by whatever names."""
    try:
        return rejects is not None and rejects.samefile(path)
    except OSError:  # one of them isn't there yet
        return False
