"""What all commands share: the shop, times, one JSON object and exit status 2.

They speak English, whatever the console's language: scripts read what they say.
"""

import json
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import override

from orders.imports.fields import read_time
from orders.imports.rows import Refused, Unusable
from orders.models import Shop

UNUSABLE = 2
# Times that days and weeks can be added to and taken from.
FIRST_YEAR, LAST_YEAR = 1900, 2999


class JsonCommand(BaseCommand):
    """Prints one JSON object. Exit status 2, with one line, for what it can't work with."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Arguments of every command."""
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def answer(self, options: dict[str, Any]) -> dict[str, Any]:
        """Do the work and return what to print."""
        raise NotImplementedError

    def tell(self, answer: dict[str, Any], options: dict[str, Any]) -> None:
        """Print the answer."""
        self.stdout.write(json.dumps(answer, ensure_ascii=False))

    def handle(self, *args: Any, **options: Any) -> None:
        """Work and print; a refusal by our own rules is unusable input."""
        prepare_database(self)
        with override("en"):
            try:
                answer = self.answer(options)
            except ValidationError as error:
                refuse(_words(error))
            except Unusable as error:
                refuse(str(error))
            self.tell(answer, options)


def prepare_database(command: BaseCommand, *, unreachable: int = UNUSABLE) -> None:
    """An SQLite file without tables is new: a first run needs no other command before it.

    Refuses any other without all migrations, and, with the status `unreachable`, what fails.
    """
    try:
        if connection.vendor == "sqlite" and not connection.introspection.table_names():
            command.stderr.write("Preparing the database …", style_func=str)
            call_command("migrate", verbosity=0, interactive=False)
        missing = _migrations_missing()
    except DatabaseError as error:
        refuse(f"the database cannot be used: {error}", unreachable)
    if missing:
        refuse("the database is not up to date: run manage.py migrate first")


def _migrations_missing() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _words(error: ValidationError) -> str:
    """The messages, each with the field that it is about."""
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages)
    return " ".join(
        message if field == NON_FIELD_ERRORS else f"{field}: {message}"
        for field, messages in error.message_dict.items()
        for message in messages
    )


def refuse(message: str, status: int = UNUSABLE) -> NoReturn:
    """End the command with one clear line and this exit status."""
    raise CommandError(" ".join(message.split()), returncode=status)


def shop_named(slug: str) -> Shop:
    """The shop with this slug."""
    shop = Shop.objects.filter(slug=slug).first()
    if shop is None:
        refuse(f"there is no shop {slug}")
    return shop


def moment(text: str, shop: Shop | None) -> datetime:
    """An ISO 8601 time; without an offset it is in the shop's zone (UTC without a shop)."""
    zone = ZoneInfo(shop.timezone if shop else "UTC")
    try:
        at = read_time(text, "time", zone).astimezone(zone)
    except Refused:
        refuse(f"{text} is no ISO 8601 time")
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        refuse(f"{text} is no time from {FIRST_YEAR} to {LAST_YEAR}")
    return at


def utc(at: datetime | None) -> str | None:
    """A time as the commands print it."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None
