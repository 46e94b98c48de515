"""The customer's phone, mailbox and inbox: what has arrived, as it would look there."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from messaging import reading
from messaging.history import read_cursor
from messaging.models import Channel, Message
from messaging.phone import CHANNELS, Owner, Place, arrived, elsewhere, place_of
from messaging.rows import about_recipient, find_message, page_url
from orders import personal
from orders.access import ShopRequest, console, is_part
from orders.forms.personal import UnmaskForm
from orders.models import Customer, Role
from orders.unmasking import unmask


@dataclass(frozen=True, slots=True)
class Phone:
    """Whose phone it is. No address of ours holds a number: a row that has it does."""

    owner: Owner
    about: str
    here: str
    unmask: str
    back: str
    # What is opened where the page's address names no place.
    first: Place = Place.PHONE


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message as it stands where it arrived."""

    message: Message
    at: datetime
    letter: reading.Letter


@console(Role.VIEWER)
@require_safe
def phone(request: ShopRequest, pk: int) -> HttpResponse:
    """The phone that this message went to; so a tester finds the own number's page, too."""
    return _page(request, _phone_of_message(request, pk), UnmaskForm(), masked=True)


@console(Role.VIEWER)
@require_safe
def customer_phone(request: ShopRequest, pk: int) -> HttpResponse:
    """A customer's phone, e-mails and inbox (`?place=`)."""
    return _page(request, _phone_of_customer(request, pk), UnmaskForm(), masked=True)


@console(Role.MANAGER)
@never_cache
def unmask_phone(request: ShopRequest, pk: int) -> HttpResponse:
    """The phone that this message went to with names whole, on record (F9)."""
    return _unmask(request, _phone_of_message(request, pk))


@console(Role.MANAGER)
@never_cache
def unmask_customer_phone(request: ShopRequest, pk: int) -> HttpResponse:
    """A customer's phone with names whole, on record (F9)."""
    return _unmask(request, _phone_of_customer(request, pk))


@console(Role.VIEWER)
@require_safe
def tap(request: ShopRequest, pk: int, place: int) -> HttpResponse:
    """What a button of an arrived message, or a push as a whole, would open."""
    message = find_message(request.shop, pk)
    letter = reading.letter(message, masked=True)
    buttons = _tappable(message, letter) if letter else []
    if place >= len(buttons):
        raise Http404
    button = buttons[place]
    context = {"message": message, "button": button, "url": _safe(button.get("url", ""))}
    template = "messaging/phone_tap.html#sheet" if is_part(request) else "messaging/phone_tap.html"
    return render(request, template, context)


def _tappable(message: Message, letter: reading.Letter) -> list[dict[str, str]]:
    if letter.channel == Channel.PUSH and message.url:
        return [{"type": "WL", "name": _("The notification"), "url": message.url}]
    return letter.buttons


def _safe(url: str) -> str:
    """The address, if a browser may open it."""
    try:
        return url if urlsplit(url).scheme in ("http", "https") else ""
    except ValueError:
        return ""


def _phone_of_message(request: ShopRequest, pk: int) -> Phone:
    message = find_message(request.shop, pk)
    first = place_of(message.batch.channel)
    by_number = message.batch.channel in (Channel.ALIMTALK, Channel.TEXT)
    customer = message.customer
    number = message.address if by_number else customer.phone if customer else ""
    return Phone(
        owner=Owner(number, customer, "" if by_number else message.address),
        about=about_recipient(message),
        here=reverse("messaging:phone", args=[pk]),
        unmask=reverse("messaging:unmask_phone", args=[pk]),
        back=reverse("messaging:message", args=[pk]),
        first=first,
    )


def _phone_of_customer(request: ShopRequest, pk: int) -> Phone:
    customer = get_object_or_404(Customer.objects.for_shop(request.shop), pk=pk)
    return Phone(
        owner=Owner(customer.phone, customer),
        about=personal.about_customer(customer),
        here=reverse("messaging:customer_phone", args=[pk]),
        unmask=reverse("messaging:unmask_customer_phone", args=[pk]),
        back=page_url("crm:customer", pk),
    )


def _unmask(request: ShopRequest, phone: Phone) -> HttpResponse:
    show = partial(_page, request, phone)
    return unmask(request, about=phone.about, here=phone.here, show=show)


def _page(request: ShopRequest, phone: Phone, form: UnmaskForm, *, masked: bool) -> HttpResponse:
    place = _place(request, phone)
    cursor = read_cursor(older=request.GET.get("older", ""), newer=request.GET.get("newer", ""))
    page = arrived(shop=request.shop, owner=phone.owner, place=place, cursor=cursor)
    found = [one for row in page.rows if (one := _arrival(row, masked))]
    context: dict[str, Any] = {
        "phone": phone,
        "place": place,
        "places": list(Place),
        "address": reading.write_address(
            CHANNELS[place][0], phone.owner.address_at(place), masked=masked
        ),
        # In a room the newest stands below, in a list of letters above.
        "arrivals": found[::-1] if place == Place.PHONE else found,
        "page": page,
        "elsewhere": elsewhere(request.shop, place),
        "unmask": form,
        "masked": masked,
        "may_unmask": request.membership.may(Role.MANAGER),
    }
    status = 422 if form.errors else 200
    return render(request, "messaging/phone.html", context, status=status)


def _place(request: ShopRequest, phone: Phone) -> Place:
    asked = request.GET.get("place", "")
    return Place(asked) if asked in Place.values else phone.first


def _arrival(message: Message, masked: bool) -> Arrival | None:
    letter = reading.letter(message, masked=masked)
    return Arrival(message, reading.happened_at(message), letter) if letter else None
