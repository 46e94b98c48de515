"""The history, and one message of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from messaging import reading
from messaging.forms.history import HistoryForm
from messaging.history import find_page, read_cursor, readable
from messaging.models import Message, State
from orders import personal
from orders.access import ShopRequest, console, is_part
from orders.forms.personal import UnmaskForm
from orders.models import Role, Shop


@dataclass(frozen=True, slots=True)
class Row:
    """A message as a list shows it, masked."""

    message: Message
    at: datetime
    name: str
    phone: str
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
            phone=reading.recipient_phone(message, masked=True),
            label=_(message.batch.run.label),
            about=reading.about(message),
            state=reading.state_of(message),
            words=words,
            until=until,
        )


@console(Role.VIEWER)
@require_safe
def history(request: ShopRequest) -> HttpResponse:
    """Every message, newest first, as the address's filters ask (F8)."""
    now = timezone.now()
    form = HistoryForm(request.GET, shop=request.shop, now=now)
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
    if request.method != "POST":
        return redirect("messaging:message", pk)
    form = UnmaskForm(request.POST)
    if not form.is_valid():
        return _message(request, found, form, masked=True)
    personal.record_unmasking(
        shop=request.shop,
        user=request.user,
        about=about_recipient(found),
        reason=form.cleaned_data["reason"],
        now=timezone.now(),
    )
    return _message(request, found, form, masked=False)


def find_message(shop: Shop, pk: int) -> Message:
    """The shop's message of that id; 404 for another's as for none (F10)."""
    found: Message = get_object_or_404(readable(Message.objects.for_shop(shop)), pk=pk)
    return found


def about_recipient(message: Message) -> str:
    """How a record names the person a message is for: by ids alone."""
    if message.customer:
        return personal.about_customer(message.customer)
    return f"message:{message.pk}"


def _message(
    request: ShopRequest, found: Message, form: UnmaskForm, *, masked: bool
) -> HttpResponse:
    now = timezone.now()
    advice = reading.advice(found)
    context: dict[str, Any] = {
        "row": Row.of(found, now),
        "name": reading.recipient_name(found, masked=masked),
        "phone": reading.recipient_phone(found, masked=masked),
        "customer_url": page_url("crm:customer", found.customer_id) if found.customer else "",
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


def page_url(name: str, *args: Any) -> str:
    """The address of a page of the floors above, by its URL name; empty where there is none."""
    try:
        return reverse(name, args=args) if name else ""
    except NoReverseMatch:
        return ""
