"""The history, and one message of it."""

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from messaging import reading
from messaging.forms.history import HistoryForm
from messaging.gateways import PHONE
from messaging.history import find_page, read_cursor
from messaging.models import Message, State
from messaging.rows import Row, about_recipient, find_message, page_url
from orders import searches
from orders.access import ShopRequest, console, is_part
from orders.forms.personal import UnmaskForm
from orders.models import Role
from orders.unmasking import unmask


@console(Role.VIEWER)
@require_http_methods(["GET", "HEAD", "POST"])
def history(request: ShopRequest) -> HttpResponse:
    """Every message, newest first, as the address's filters ask (F8).

    The filters are posted, since a person's name or number among them stays out of addresses (F9).
    """
    if request.method == "POST":
        return searches.to_address(request, HistoryForm.base_fields)
    now = timezone.now()
    query, gone = searches.spelled_out(request)
    form = HistoryForm(query, shop=request.shop, now=now, gone=gone)
    cursor = read_cursor(older=request.GET.get("older", ""), newer=request.GET.get("newer", ""))
    page = find_page(shop=request.shop, wanted=form.wanted(), cursor=cursor)
    context = {
        "form": form,
        "rows": [Row.of(message, now) for message in page.rows],
        "page": page,
    }
    template = "messaging/history.html#listing" if is_part(request) else "messaging/history.html"
    return render(request, template, context)


@console(Role.VIEWER)
@require_safe
def message(request: ShopRequest, pk: int) -> HttpResponse:
    """One message: its life line and its text, beside the list or as a page of its own."""
    return _message(request, find_message(request.shop, pk), UnmaskForm(), masked=True)


@console(Role.MANAGER)
@never_cache
def unmask_message(request: ShopRequest, pk: int) -> HttpResponse:
    """The same with the recipient whole, for this answer alone, and on record (F9)."""
    found = find_message(request.shop, pk)
    return unmask(
        request,
        about=about_recipient(found),
        here=reverse("messaging:message", args=[pk]),
        show=partial(_message, request, found),
    )


def _message(
    request: ShopRequest, found: Message, form: UnmaskForm, *, masked: bool
) -> HttpResponse:
    now = timezone.now()
    advice = reading.advice(found)
    context: dict[str, Any] = {
        "row": Row.of(found, now),
        "name": reading.recipient_name(found, masked=masked),
        "address": reading.recipient_address(found, masked=masked),
        "customer_url": page_url("crm:customer", found.customer_id) if found.customer else "",
        "phone_url": _phone_url(found),
        "run_url": page_url(found.batch.run.page),
        "steps": reading.life_line(found),
        "went_out": reading.state_of(found) not in (State.WAITING, State.LEFT_OUT),
        "letter": reading.letter(found, masked=masked),
        "advice": advice,
        "advice_url": page_url(advice.page) if advice else "",
        "unmask": form,
        "masked": masked,
        "may_unmask": request.membership.may(Role.MANAGER),
    }
    template = "messaging/message.html#detail" if is_part(request) else "messaging/message.html"
    return render(request, template, context, status=422 if form.errors else 200)


def _phone_url(message: Message) -> str:
    """Where the message is seen as it arrived; empty where it went out for real, or not at all."""
    gateway = message.batch.gateway
    on_phone = gateway is not None and gateway.provider == PHONE and message.address
    return reverse("messaging:phone", args=[message.pk]) if on_phone else ""
