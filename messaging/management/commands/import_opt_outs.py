"""`manage.py import_opt_outs`: reads who refused advertising by the 080 number."""

import gzip
from pathlib import Path
from typing import Any

from django.utils import timezone

from messaging.models import OptOutSource
from messaging.opt_out_imports import MOST_BYTES, import_numbers, read_lines
from orders.imports.command import ImportCommand
from orders.imports.results import Refusals
from orders.imports.rows import Unusable
from orders.models import Shop


class Command(ImportCommand):
    """Prints `rows_read, rows_kept, rows_refused, changed, consents_ended`."""

    help = (
        "Reads refused phone numbers, one a line or a column, into a shop. Again changes nothing."
    )

    def read(
        self, *, shop: Shop, path: Path, refuse: Refusals, options: dict[str, Any]
    ) -> dict[str, Any]:
        """Import the file."""
        told = import_numbers(
            shop=shop,
            lines=read_lines(_bytes(path)),
            source=OptOutSource.NUMBER,
            now=timezone.now(),
        )
        for refusal in told.refused:
            refuse(refusal)
        return {
            "rows_read": told.rows_read,
            "rows_kept": told.rows_read - len(told.refused),
            "rows_refused": len(told.refused),
            "changed": told.added,
            "consents_ended": told.consents_ended,
        }


def _bytes(path: Path) -> bytes:
    """What the file holds, up to one byte more than may be read."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            return stream.read(MOST_BYTES + 1)
    except (OSError, EOFError) as error:
        raise Unusable(f"{path.name} cannot be read: {error}") from error
