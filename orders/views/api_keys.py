"""The keys of the shop's own site."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from orders.access import ShopRequest, console
from orders.api_keys import MOST_KEYS, keys_in_use, make_key, revoke_key
from orders.models import ApiKey, Role


@console(Role.OWNER)
@require_safe
def api_keys(request: ShopRequest) -> HttpResponse:
    """The keys in use, by how they begin."""
    return _page(request)


@console(Role.OWNER)
@require_POST
def make_api_key(request: ShopRequest) -> HttpResponse:
    """Make a key and show it, this once: it is kept nowhere."""
    try:
        made = make_key(shop=request.shop, user=request.user, now=timezone.now())
    except ValidationError as error:
        return _page(request, status=422, error=" ".join(error.messages))
    return _page(request, made=made)


@console(Role.OWNER)
@require_POST
def revoke_api_key(request: ShopRequest, pk: int) -> HttpResponse:
    """End a key at once."""
    key = get_object_or_404(ApiKey.objects.for_shop(request.shop).select_related("shop"), pk=pk)
    revoke_key(key=key, user=request.user, now=timezone.now())
    messages.success(request, _("Revoked. Whatever still uses this key is turned away."))
    return redirect("orders:api_keys")


def _page(request: ShopRequest, status: int = 200, **more: Any) -> HttpResponse:
    keys = keys_in_use(request.shop)
    context = {
        "keys": keys,
        "room": len(keys) < MOST_KEYS,
        "address": f"{settings.BASE_URL}/api/v1/",
        **more,
    }
    return render(request, "orders/api_keys.html", context, status=status)
