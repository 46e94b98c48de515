"""The banner that stands on every page while nothing is sent (F11)."""

from typing import Any

from django import template

from crm.sending import sending_settings
from orders.models import Role

register = template.Library()


@register.inclusion_tag("crm/stopped_banner.html", takes_context=True)
def stopped_banner(context: template.Context) -> dict[str, Any]:
    """Says that the shop's sending is stopped, since when, and who may start it. One query.

    Staff's suspension comes first: while it holds nobody of the shop can start anything.
    """
    request = context["request"]
    shop, membership = getattr(request, "shop", None), getattr(request, "membership", None)
    if shop is None or membership is None:
        return {}
    sending = sending_settings(shop)
    return {
        "request": request,
        "suspended_at": sending.suspended_at,
        "suspended_because": sending.suspended_because,
        "csrf_token": context.get("csrf_token"),
        "stopped_at": sending.stopped_at,
        "may_resume": membership.may(Role.OWNER),
    }
