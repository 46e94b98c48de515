"""The list of members."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from crm import people
from crm.forms.customers import SearchForm
from orders.access import ShopRequest, console
from orders.models import Role


@console(Role.VIEWER)
@require_safe
def customers(request: ShopRequest) -> HttpResponse:
    """Members, masked, found by member id, name or phone."""
    form = SearchForm(request.GET, shop=request.shop)
    form.is_valid()
    page = people.find_page(
        shop=request.shop,
        ids=form.ids,
        after=_row(request.GET.get("after", "")),
        before=_row(request.GET.get("before", "")),
    )
    part = request.htmx and not request.htmx.history_restore_request
    template = "crm/customers.html#listing" if part else "crm/customers.html"
    return render(request, template, {"form": form, "page": page})


def _row(text: str) -> int | None:
    """A row's key as an address carries it; None for what can't be one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
