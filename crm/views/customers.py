"""The list of members."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from crm import people
from crm.forms.customers import SearchForm
from orders import searches
from orders.access import ShopRequest, console, is_part, read_key
from orders.models import Role


@console(Role.VIEWER)
@require_http_methods(["GET", "HEAD", "POST"])
def customers(request: ShopRequest) -> HttpResponse:
    """Members, masked, found by member id, name or phone; which is posted, never got (F9)."""
    if request.method == "POST":
        return searches.to_address(request, SearchForm.base_fields)
    query, gone = searches.spelled_out(request)
    form = SearchForm(query, shop=request.shop, gone=gone)
    form.is_valid()
    page = people.find_page(
        shop=request.shop,
        ids=form.ids,
        after=read_key(request.GET.get("after", "")),
        before=read_key(request.GET.get("before", "")),
    )
    template = "crm/customers.html#listing" if is_part(request) else "crm/customers.html"
    return render(request, template, {"form": form, "page": page})
