"""A customer's phone: what has arrived on one number through the built-in provider (F10)."""

from django.db.models import Q
from django.db.models.functions import Right

from messaging.gateways import PHONE
from messaging.history import Cursor, Page, find_rows
from messaging.models import Message, State
from messaging.wanted import Rows
from orders.models import Customer, Shop

ARRIVED = (State.SENT, State.DELIVERED)
PAGE_SIZE = 30


def arrived(*, shop: Shop, number: str, cursor: Cursor | None = None) -> Page:
    """What this shop sent to a number (E.164) and has arrived, newest first; empty for none."""
    if not number:
        return Page([], None, None)
    own = Q(outcome__state__in=ARRIVED) | Q(outcome=None, batch__state__in=ARRIVED)
    messages = Message.objects.for_shop(shop).filter(
        own, address=number, batch__gateway__provider=PHONE
    )
    owners = Customer.objects.for_shop(shop).alias(end=Right("phone", 4))
    owners = owners.filter(end=number[-4:], phone=number)
    strangers = messages.alias(end=Right("address", 4)).filter(customer=None, end=number[-4:])
    sources = [
        Rows(messages.filter(customer__in=list(owners.values_list("pk", flat=True))), few=True),
        Rows(strangers, few=True),
    ]
    return find_rows(sources, cursor=cursor, size=PAGE_SIZE)
