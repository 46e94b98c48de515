"""Who is asking, for which shop, and whether they may. Tenancy starts here (F10)."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from zoneinfo import ZoneInfo

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from orders.models import Membership, Role, Shop, User

SHOP_SESSION_KEY = "shop_id"

P = ParamSpec("P")


class ShopRequest(HttpRequest):
    """A request that passed `console`: a member, in one shop."""

    user: User
    shop: Shop
    membership: Membership
    htmx: HtmxDetails


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by an owner or by staff; nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class ShopMiddleware:
    """Sets `request.membership` and `request.shop` (None where there is none) and the zone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        membership = current_membership(request)
        request.membership = membership  # type: ignore[attr-defined]
        request.shop = membership.shop if membership else None  # type: ignore[attr-defined]
        if membership is None:
            return self.get_response(request)
        with timezone.override(ZoneInfo(membership.shop.timezone)):
            return self.get_response(request)


class PageHeadersMiddleware:
    """What every page says to browsers: use no device of the visitor, keep no page of a member.

    A page of the console may show a person's data (F9): no cache keeps it, nor does the browser.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response["Permissions-Policy"] = (
            "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        )
        if request.user.is_authenticated:
            patch_cache_control(response, private=True, no_store=True)
        return response


def current_membership(request: HttpRequest) -> Membership | None:
    """The membership that the session chose, or the user's first; None without any."""
    if not request.user.is_authenticated:
        return None
    memberships = Membership.objects.filter(user=request.user).select_related("shop")
    chosen = request.session.get(SHOP_SESSION_KEY)
    found = memberships.filter(shop_id=chosen).first() if chosen else None
    return cast(Membership | None, found or memberships.order_by("shop__name", "pk").first())


def console(
    role: Role,
) -> Callable[
    [Callable[Concatenate[ShopRequest, P], HttpResponse]],
    Callable[Concatenate[HttpRequest, P], HttpResponseBase],
]:
    """Declare a console view and the role it needs.

    Without a log-in it leads to the log-in page, without a shop to the page that says so, with
    too low a role it answers 403. A test fails for any URL whose view is not declared.
    """

    def declare(
        view: Callable[Concatenate[ShopRequest, P], HttpResponse],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _to_log_in(request)
            membership: Membership | None = getattr(request, "membership", None)
            if membership is None:
                return redirect("orders:no_shop")
            if not membership.may(role):
                raise PermissionDenied
            return view(cast(ShopRequest, request), *args, **kwargs)

        guarded.needs_role = role  # type: ignore[attr-defined]
        return cast(Callable[Concatenate[HttpRequest, P], HttpResponseBase], guarded)

    return declare


def _to_log_in(request: HttpRequest) -> HttpResponseBase:
    """To the log-in page and back; with htmx the whole page goes there, not only a part."""
    htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]
    if not htmx:
        return redirect_to_login(request.get_full_path())
    there = redirect_to_login(htmx.current_url_abs_path or "/")
    return HttpResponseClientRedirect(there["Location"])


def open_to_all(view: Callable[P, HttpResponseBase]) -> Callable[P, HttpResponseBase]:
    """Declare a view that needs no membership; its docstring says why that is right."""
    view.needs_role = None  # type: ignore[attr-defined]
    return view


def is_part(request: ShopRequest) -> bool:
    """Whether htmx asks for a part; going back in the browser it asks for the whole page again."""
    return bool(request.htmx) and not request.htmx.history_restore_request


def read_key(text: str) -> int | None:
    """A row's key as an address or a form carries it; None for what no row can have."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
