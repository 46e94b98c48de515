"""What a provider reports, by webhook or asked, on its way in."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

from django.db.models import F

from messaging.gateways import Report
from messaging.models import Channel, Gateway, OptOutSource
from messaging.opt_outs import opt_out
from messaging.reports import take_in
from orders.phones import normalise_phone

AT_ONCE = 1000  # reports; each batch among them is a transaction
_LARGEST_KEY = 2**63 - 1


def receive(gateway: Gateway, reports: Iterable[Report], *, now: datetime) -> int:
    """Keep what the gateway's provider says, and count what is about nobody; returns how many.

    Where the provider breaks off in the middle, part of it is kept: it will be told again.
    """
    received = 0
    for some in _portions(reports):
        # What no row can have never reaches the database.
        known = [report for report in some if 0 < report.message <= _LARGEST_KEY]
        strangers = len(some) - len(known) + take_in(known, gateway=gateway, now=now)
        if strangers:
            Gateway.objects.filter(pk=gateway.pk).update(strangers=F("strangers") + strangers)
        received += len(some)
    return received


def hear_refusals(gateway: Gateway, numbers: Iterable[str], now: datetime) -> None:
    """Note who refused advertising by text at the provider's 080 number; it holds at once (F3).

    What is no number of the shop's country is passed over.
    """
    for number in numbers:
        if address := normalise_phone(number, gateway.shop.country):
            opt_out(
                shop=gateway.shop,
                channel=Channel.TEXT,
                address=address,
                source=OptOutSource.NUMBER,
                now=now,
            )


def _portions(reports: Iterable[Report]) -> Iterator[list[Report]]:
    left = iter(reports)
    while some := list(islice(left, AT_ONCE)):
        yield some
