"""Messages as lists and pages show them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from messaging import reading
from messaging.history import readable
from messaging.models import Message, State
from orders import personal
from orders.models import Shop


@dataclass(frozen=True, slots=True)
class Row:
    """A message as a list shows it, masked."""

    message: Message
    at: datetime
    name: str
    address: str
    label: str
    about: str
    state: State
    words: str
    until: datetime | None

    @classmethod
    def of(cls, message: Message, now: datetime) -> "Row":
        """The row of a message as of `now`."""
        words, until = reading.chip_words(message, now)
        return cls(
            message=message,
            at=reading.happened_at(message),
            name=reading.recipient_name(message, masked=True),
            address=reading.recipient_address(message, masked=True),
            label=_(message.batch.run.label),
            about=reading.about(message),
            state=reading.state_of(message),
            words=words,
            until=until,
        )


def find_message(shop: Shop, pk: int) -> Message:
    """The shop's message of that id; 404 for another's as for none (F10)."""
    found: Message = get_object_or_404(readable(Message.objects.for_shop(shop)), pk=pk)
    return found


def about_recipient(message: Message) -> str:
    """How a record names the person a message is for: by ids alone."""
    if message.customer:
        return personal.about_customer(message.customer)
    return f"message:{message.pk}"


def page_url(name: str, *args: Any) -> str:
    """The address of a page of the floors above, by its URL name; empty where there is none."""
    try:
        return reverse(name, args=args) if name else ""
    except NoReverseMatch:
        return ""
