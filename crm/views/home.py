"""The front page."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from crm.home.front_page import front_page
from crm.preparations import preparations, progress
from orders.access import ShopRequest, console
from orders.models import Role


@console(Role.VIEWER)
@require_safe
def home(request: ShopRequest) -> HttpResponse:
    """How the shop stands."""
    checklist = preparations(request.shop)
    context = {
        "page": front_page(shop=request.shop, now=timezone.now()),
        "preparations": checklist,
        "progress": progress(checklist),
        "may_edit": request.membership.may(Role.MANAGER),
    }
    return render(request, "crm/home.html", context)
