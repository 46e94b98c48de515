"""The API of a shop's own site: who asks, how often, and how it says what is wrong.

The floors above bring the questions as routers. A key belongs to one shop, and everything that is
asked with it is asked of that shop alone (F10).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache import cache
from django.core.exceptions import RequestDataTooBig, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.urls import URLPattern, URLResolver, re_path
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import Throttled
from ninja.errors import ValidationError as Unreadable
from ninja.security import HttpBearer
from ninja.throttling import BaseThrottle

from orders.api_keys import find_key
from orders.models import ApiKey, Shop

A_MINUTE = 60  # seconds
MOST_A_MINUTE = 600  # requests of a key


class ShopKey(HttpBearer):
    """`Authorization: Bearer dgl_…`; without a key in use it is 401."""

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey | None:
        """The key, which says for which shop."""
        return find_key(token)


class PerKey(BaseThrottle):
    """So many requests a minute by the clock for each key."""

    def allow_request(self, request: HttpRequest) -> bool:
        """Count the request, and say whether there is still room for it."""
        key: ApiKey = request.auth  # type: ignore[attr-defined]
        minute = int(timezone.now().timestamp()) // A_MINUTE
        name = f"api:{key.pk}:{minute}"
        # A cache that is a table counts by reading and writing: one request of a key at a time.
        with transaction.atomic():
            ApiKey.objects.select_for_update(no_key=True).filter(pk=key.pk).first()
            asked: int = cache.get(name, 0)
            if asked < MOST_A_MINUTE:
                cache.set(name, asked + 1, 2 * A_MINUTE)
        return asked < MOST_A_MINUTE

    def wait(self) -> float:
        """Seconds to the next minute."""
        return A_MINUTE - int(timezone.now().timestamp()) % A_MINUTE


api = NinjaAPI(
    title="Dangol",
    version="1",
    description=(
        "For a shop's own site. Send the shop's key with each request:"
        " `Authorization: Bearer dgl_…`. Times are ISO 8601 with an offset."
        f" A key may ask {MOST_A_MINUTE} times a minute."
    ),
    urls_namespace="api",
    auth=ShopKey(),
    throttle=[PerKey()],
)


def shop_of(request: HttpRequest) -> Shop:
    """The shop that the request's key belongs to."""
    key: ApiKey = request.auth  # type: ignore[attr-defined]
    return key.shop


def _problem(request: HttpRequest, status: int, detail: Any) -> HttpResponse:
    return api.create_response(request, {"detail": detail}, status=status)


def _unreadable(request: HttpRequest, error: Any) -> HttpResponse:
    """Where and what, without what was sent: it may be somebody's number."""
    found = [
        {"where": ".".join(map(str, one["loc"])), "what": str(one["msg"])} for one in error.errors
    ]
    return _problem(request, 422, found)


def _refused(request: HttpRequest, error: Any) -> HttpResponse:
    """By our own rules; in English, since programs read it."""
    with translation.override("en"):
        return _problem(request, 422, [{"where": "", "what": word} for word in error.messages])


def _too_often(request: HttpRequest, error: Any) -> HttpResponse:
    response = _problem(request, 429, "Too many requests.")
    response["Retry-After"] = str(int(error.wait or A_MINUTE))
    return response


def _too_large(request: HttpRequest, error: Any) -> HttpResponse:
    return _problem(request, 413, "The request is too large.")


def _by_its_methods(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    @csrf_exempt
    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response = view(request, *args, **kwargs)
        except Http404:
            return _no_such_address(request)
        if not isinstance(response, HttpResponseNotAllowed):
            return response
        problem = _problem(request, 405, "Method Not Allowed")
        problem["Allow"] = response["Allow"]
        return problem

    return asked


@csrf_exempt
def _no_such_address(request: HttpRequest) -> HttpResponse:
    return _problem(request, 404, "Not Found")


def addresses() -> tuple[list[URLPattern | URLResolver], str, str]:
    """The API's addresses, to be called once all routers are there.

    What is asked at any other address, or by another method, is refused in JSON too: programs read
    it.
    """
    known, app, namespace = api.urls
    for each in known:
        each.callback = _by_its_methods(each.callback)  # type: ignore[arg-type]
    return [*known, re_path("", _no_such_address)], app, namespace


api.add_exception_handler(Unreadable, _unreadable)
api.add_exception_handler(ValidationError, _refused)
api.add_exception_handler(Throttled, _too_often)
api.add_exception_handler(RequestDataTooBig, _too_large)
