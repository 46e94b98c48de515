"""Everything about one member."""

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from crm import people
from crm.consents import consents_of
from messaging.history import find_page, read_cursor
from messaging.rows import Row
from messaging.wanted import Wanted
from orders import personal
from orders.access import ShopRequest, console
from orders.forms.personal import UnmaskForm
from orders.models import Customer, Role
from orders.unmasking import unmask

MESSAGES_SHOWN = 20


@console(Role.VIEWER)
@require_safe
def customer(request: ShopRequest, pk: int) -> HttpResponse:
    """A member's data (masked), coupons, orders, consents, messages, and why not (F2)."""
    return _page(request, _find(request, pk), UnmaskForm(), masked=True)


@console(Role.MANAGER)
@never_cache
def unmask_customer(request: ShopRequest, pk: int) -> HttpResponse:
    """The same with the data whole, for this answer alone, and on record (F9)."""
    found = _find(request, pk)
    return unmask(
        request,
        about=personal.about_customer(found),
        here=reverse("crm:customer", args=[pk]),
        show=partial(_page, request, found),
    )


def _find(request: ShopRequest, pk: int) -> Customer:
    found: Customer = get_object_or_404(
        Customer.objects.for_shop(request.shop).select_related("shop"), pk=pk
    )
    return found


def _page(
    request: ShopRequest, customer: Customer, form: UnmaskForm, *, masked: bool
) -> HttpResponse:
    now = timezone.now()
    cursor = read_cursor(older=request.GET.get("older", ""), newer=request.GET.get("newer", ""))
    wanted = Wanted(people=[customer.pk])
    page = find_page(shop=request.shop, wanted=wanted, cursor=cursor, size=MESSAGES_SHOWN)
    context: dict[str, Any] = {
        "customer": customer,
        "box": people.box(customer, now),
        "orders": people.orders_of(customer),
        "consents": consents_of(customer, now),
        "rows": [Row.of(message, now) for message in page.rows],
        "page": page,
        "why": people.explanations(customer, now),
        "unmask": form,
        "masked": masked,
        "may_unmask": request.membership.may(Role.MANAGER),
    }
    return render(request, "crm/customer.html", context, status=422 if form.errors else 200)
