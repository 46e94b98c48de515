"""`manage.py create_shop`: a new shop, ready to send to the built-in phone."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone

from crm.shops import add_owner, create_shop
from orders.api_keys import make_key
from orders.login_links import login_link
from orders.management.command import JsonCommand, refuse
from orders.models import Country


class Command(JsonCommand):
    """Prints `slug`, `id`, a one-time log-in link for the owner (null without one), an API key."""

    help = "Makes a shop with default templates and the built-in phone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Arguments of this command."""
        super().add_arguments(parser)
        parser.add_argument("slug")
        parser.add_argument("--name", required=True)
        parser.add_argument("--country", choices=Country.values, default=Country.KOREA.value)
        parser.add_argument("--owner", metavar="EMAIL")

    def answer(self, options: dict[str, Any]) -> dict[str, Any]:
        """Make the shop."""
        email = options["owner"]
        if email:
            try:
                validate_email(email)
            except ValidationError:
                refuse(f"owner: {email} is no e-mail address")
        shop = create_shop(
            slug=options["slug"],
            name=options["name"],
            country=Country(options["country"]),
            now=timezone.now(),
        )
        owner = add_owner(shop=shop, email=email) if email else None
        return {
            "slug": shop.slug,
            "id": shop.pk,
            "login_url": login_link(owner) if owner else None,
            "api_key": make_key(shop=shop, user=None, now=timezone.now()),
        }
