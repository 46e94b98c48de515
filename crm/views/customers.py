"""The list of members."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from crm import people
from crm.forms.customers import SearchForm
from orders.access import ShopRequest, console, is_part, read_key
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
        after=read_key(request.GET.get("after", "")),
        before=read_key(request.GET.get("before", "")),
    )
    template = "crm/customers.html#listing" if is_part(request) else "crm/customers.html"
    return render(request, template, {"form": form, "page": page})
