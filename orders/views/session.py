"""Coming in and changing the shop."""

from typing import cast

from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from orders.access import SHOP_SESSION_KEY, ShopRequest, console, open_to_all, read_key
from orders.login_links import user_of_link
from orders.models import Membership, Role


@require_POST
@console(Role.VIEWER)
def switch_shop(request: ShopRequest) -> HttpResponse:
    """Go to another of one's shops. One that is not one's own does not exist (F10)."""
    shop_id = read_key(request.POST.get("shop", "")) or 0
    mine = Membership.objects.filter(user=request.user)
    membership = get_object_or_404(mine, shop_id=shop_id)
    request.session[SHOP_SESSION_KEY] = membership.shop_id
    return redirect(settings.LOGIN_REDIRECT_URL)


@open_to_all
@require_safe
@login_required
def no_shop(request: HttpRequest) -> HttpResponse:
    """Say that one belongs to no shop yet. Open: who sees it has none to be a member of."""
    if getattr(request, "shop", None):
        return redirect(settings.LOGIN_REDIRECT_URL)
    return render(request, "orders/no_shop.html")


@open_to_all
@require_safe
@never_cache
def log_in_link(request: HttpRequest, uidb64: str, token: str) -> HttpResponseBase:
    """Log the link's user in, once. Open: the token is the key, and a second factor is still asked.

    A HEAD request, as link previews make it, uses nothing up.
    """
    if request.method == "HEAD":
        return HttpResponse()
    with transaction.atomic():
        user = user_of_link(uidb64, token)
        if user is not None:
            return cast(HttpResponseBase, perform_login(request, user, email_verification="none"))
    return render(request, "orders/link_used.html", status=410)
