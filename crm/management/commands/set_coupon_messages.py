"""`manage.py set_coupon_messages`: the coupon message switches from the command line."""

import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.db import transaction
from django.utils import timezone

from crm.campaigns.coupon_messages.settings import set_expiry_time, settings_of, switch
from crm.models import CouponMessageSettings, Kind
from orders.management.command import JsonCommand, moment, refuse, shop_named, utc


class Command(JsonCommand):
    """Prints the settings as they stand."""

    help = "Turns a shop's coupon messages on or off and sets the expiry message time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Arguments of this command."""
        super().add_arguments(parser)
        parser.add_argument("--shop", required=True, metavar="SLUG")
        parser.add_argument("--issue", choices=["on", "off"])
        parser.add_argument("--expiry", choices=["on", "off"])
        parser.add_argument("--at", metavar="HH:MM", help="the expiry message time")
        parser.add_argument("--since", metavar="ISO", help="as if set then")

    @transaction.atomic
    def answer(self, options: dict[str, Any]) -> dict[str, Any]:
        """Set what was given."""
        if options["since"] and not (options["issue"] or options["expiry"] or options["at"]):
            refuse("--since says when something was set: name it with --issue, --expiry or --at")
        shop = shop_named(options["shop"])
        settings = settings_of(shop)
        given = options["since"]
        since = moment(given, shop) if given else timezone.now()
        if options["at"]:
            set_expiry_time(settings=settings, at=_time_of_day(options["at"]), now=since)
        for kind, choice in ((Kind.ISSUED, options["issue"]), (Kind.EXPIRING, options["expiry"])):
            if choice is None:
                continue
            already = settings.since(kind)
            if given and already and since < already:  # as if it had been set then
                switch(settings=settings, kind=kind, on=False, since=since)
            switch(settings=settings, kind=kind, on=choice == "on", since=since)
        return _as_json(settings)


def _time_of_day(text: str) -> dt.time:
    try:
        return dt.datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 - a wall clock's time
    except ValueError:
        refuse(f"{text} is no time of day (HH:MM)")


def _as_json(settings: CouponMessageSettings) -> dict[str, Any]:
    return {
        "shop": settings.shop.slug,
        "issue": "on" if settings.issue_since else "off",
        "issue_since": utc(settings.issue_since),
        "expiry": "on" if settings.expiry_since else "off",
        "expiry_since": utc(settings.expiry_since),
        "at": f"{settings.expiry_time:%H:%M}",
        "issue_template": settings.issue_template.name,
        "expiry_template": settings.expiry_template.name,
        "url": settings.url,
    }
