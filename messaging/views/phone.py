"""The customer's phone: what has arrived, as it would look there."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from messaging import reading
from messaging.history import read_cursor
from messaging.models import Message
from messaging.phone import arrived
from messaging.rows import about_recipient, find_message, page_url
from orders import personal
from orders.access import ShopRequest, console, is_part
from orders.forms.personal import UnmaskForm
from orders.masking import mask_phone, show_phone
from orders.models import Customer, Role
from orders.unmasking import unmask


@dataclass(frozen=True, slots=True)
class Phone:
    """Whose phone it is. Its number stands in no address: a row that has it does."""

    number: str
    about: str
    here: str
    unmask: str
    back: str


@dataclass(frozen=True, slots=True)
class Bubble:
    """A message as it stands on the phone."""

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
    """A customer's phone."""
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
    """What a button of an arrived message would open."""
    message = find_message(request.shop, pk)
    letter = reading.letter(message, masked=True)
    if letter is None or place >= len(letter.buttons):
        raise Http404
    button = letter.buttons[place]
    context = {"message": message, "button": button, "url": _safe(button.get("url", ""))}
    template = "messaging/phone_tap.html#sheet" if is_part(request) else "messaging/phone_tap.html"
    return render(request, template, context)


def _safe(url: str) -> str:
    """The address, if a browser may open it."""
    try:
        return url if urlsplit(url).scheme in ("http", "https") else ""
    except ValueError:
        return ""


def _phone_of_message(request: ShopRequest, pk: int) -> Phone:
    message = find_message(request.shop, pk)
    return Phone(
        number=message.address,
        about=about_recipient(message),
        here=reverse("messaging:phone", args=[pk]),
        unmask=reverse("messaging:unmask_phone", args=[pk]),
        back=reverse("messaging:message", args=[pk]),
    )


def _phone_of_customer(request: ShopRequest, pk: int) -> Phone:
    customer = get_object_or_404(Customer.objects.for_shop(request.shop), pk=pk)
    return Phone(
        number=customer.phone,
        about=personal.about_customer(customer),
        here=reverse("messaging:customer_phone", args=[pk]),
        unmask=reverse("messaging:unmask_customer_phone", args=[pk]),
        back=page_url("crm:customer", pk),
    )


def _unmask(request: ShopRequest, phone: Phone) -> HttpResponse:
    show = partial(_page, request, phone)
    return unmask(request, about=phone.about, here=phone.here, show=show)


def _page(request: ShopRequest, phone: Phone, form: UnmaskForm, *, masked: bool) -> HttpResponse:
    cursor = read_cursor(older=request.GET.get("older", ""), newer=request.GET.get("newer", ""))
    page = arrived(shop=request.shop, number=phone.number, cursor=cursor)
    context: dict[str, Any] = {
        "phone": phone,
        "number": (mask_phone if masked else show_phone)(phone.number),
        "bubbles": [bubble for row in reversed(page.rows) if (bubble := _bubble(row, masked))],
        "page": page,
        "unmask": form,
        "masked": masked,
        "may_unmask": request.membership.may(Role.MANAGER),
    }
    status = 422 if form.errors else 200
    return render(request, "messaging/phone.html", context, status=status)


def _bubble(message: Message, masked: bool) -> Bubble | None:
    letter = reading.letter(message, masked=masked)
    return Bubble(message, reading.happened_at(message), letter) if letter else None
