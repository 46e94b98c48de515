"""What the commands that answer with JSON share."""

import json
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from crm.rehearsals.replaying import ReplayRefusedError
from orders.models import Shop

UNUSABLE = 2


class JsonCommand(BaseCommand):
    """Prints one JSON object. Exit status 2, with one line, for what it can't work with."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Arguments of every such command."""
        parser.add_argument("--json", action="store_true", help="the default, and the only form")

    def answer(self, options: dict[str, Any]) -> dict[str, Any]:
        """Do the work and return what to print."""
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the answer; a refusal by our own rules is unusable input."""
        try:
            answer = self.answer(options)
        except ValidationError as error:
            refuse(" ".join(error.messages))
        except ReplayRefusedError as error:
            refuse(str(error))
        self.stdout.write(json.dumps(answer, ensure_ascii=False))


def refuse(message: str) -> NoReturn:
    """End the command with one clear line and exit status 2."""
    raise CommandError(message, returncode=UNUSABLE)


def shop_named(slug: str) -> Shop:
    """The shop with this slug."""
    shop = Shop.objects.filter(slug=slug).first()
    if shop is None:
        refuse(f"there is no shop {slug}")
    return shop


def moment(text: str, shop: Shop | None) -> datetime:
    """An ISO 8601 time; without an offset it is in the shop's zone (UTC without a shop)."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        refuse(f"{text} is no ISO 8601 time")
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(shop.timezone if shop else "UTC"))


def utc(at: datetime | None) -> str | None:
    """A time as the commands print it."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None
