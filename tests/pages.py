"""Every page of the console, from the URL patterns themselves: a new one cannot be forgotten."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, get_resolver

from orders.models import Role
from tests.full_shop import FullShop
from tests.test_house import own_patterns

Value = str | int
# Nothing has this key.
MISSING = 999_999_999
_ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True)
class Page:
    """A URL pattern of ours."""

    name: str
    route: str
    pattern: URLPattern

    @property
    def needs_role(self) -> Role | None:
        """What its view was declared with; None where it is open to all."""
        role: Role | None = self.pattern.callback.needs_role  # type: ignore[attr-defined]
        return role

    @property
    def arguments(self) -> list[str]:
        """The names of what its address takes."""
        return [found[1] for found in _ARGUMENT.finditer(self.route)]

    @property
    def names_an_object(self) -> bool:
        """Whether its address has a row's key."""
        return "pk" in self.arguments

    def path(self, values: Mapping[str, Value]) -> str:
        """Its address with these values."""
        return "/" + _ARGUMENT.sub(lambda found: str(values[found[1]]), self.route)

    def path_to(self, objects: FullShop) -> str:
        """Its address for one of these objects; KeyError for a page that nobody has told us of."""
        return self.path({**OTHER_VALUES, **_key(self, objects)})

    def path_to_nothing(self) -> str:
        """Its address for an object that does not exist."""
        return self.path({**OTHER_VALUES, "pk": MISSING})


# What `pk` means. A new page with an object says here which.
OBJECTS: dict[str, Callable[[FullShop], Any]] = {
    "crm:coupon": lambda shop: shop.coupon,
    "crm:coupon_preview": lambda shop: shop.coupon,
    "crm:coupon_messages_test_sent": lambda shop: shop.test_message,
    "crm:rehearsal_result": lambda shop: shop.rehearsal,
    "crm:customer": lambda shop: shop.customer,
    "crm:unmask_customer": lambda shop: shop.customer,
    "crm:record_consent": lambda shop: shop.customer,
    "messaging:message": lambda shop: shop.message,
    "messaging:unmask_message": lambda shop: shop.message,
    "messaging:again": lambda shop: shop.unknown_message,
    "messaging:phone": lambda shop: shop.message,
    "messaging:unmask_phone": lambda shop: shop.message,
    "messaging:tap": lambda shop: shop.message,
    "messaging:customer_phone": lambda shop: shop.customer,
    "messaging:unmask_customer_phone": lambda shop: shop.customer,
    "messaging:cancel_recharge": lambda shop: shop.recharge,
    "messaging:remove_opt_out": lambda shop: shop.opt_out,
    "orders:revoke_api_key": lambda shop: shop.api_key,
    "messaging:template": lambda shop: shop.template,
    "messaging:template_submit": lambda shop: shop.template,
    "messaging:template_look_up": lambda shop: shop.template,
    "messaging:sender_number_use": lambda shop: shop.sender_number,
    "messaging:sender_number_remove": lambda shop: shop.sender_number,
}
# Arguments that name no row.
OTHER_VALUES: dict[str, Value] = {
    "kind": "coupon_issued",
    "notice": "consent_changed",
    "place": 1,
    "number": 1,
    "channel": "text",
    "uidb64": "MQ",
    "token": "no-token",
}


def _key(page: Page, objects: FullShop) -> dict[str, Value]:
    return {"pk": OBJECTS[page.name](objects).pk} if page.names_an_object else {}


def _name(pattern: URLPattern) -> str:
    app = pattern.callback.__module__.partition(".")[0]
    return f"{app}:{pattern.name}"


PAGES = [Page(_name(pattern), route, pattern) for route, pattern in own_patterns(get_resolver())]
CONSOLE = [page for page in PAGES if page.needs_role is not None]
# Pages that libraries bring, in our clothes.
BEFORE_LOG_IN = (
    "/accounts/login/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/log-in/MQ/no-token/",
    "/there-is-no-such-page/",
)
ACCOUNT = (
    "/accounts/password/change/",
    "/accounts/2fa/",
    "/accounts/logout/",
    "/accounts/2fa/totp/activate/",
)
