"""The banner that stands on every page while nothing is sent (F11)."""

from typing import Any

from django import template

from crm.sending import sending_settings
from orders.models import Role

register = template.Library()


@register.inclusion_tag("crm/stopped_banner.html", takes_context=True)
def stopped_banner(context: template.Context) -> dict[str, Any]:
    """Says that the shop's sending is stopped, since when, and who may start it. One query."""
    request = context["request"]
    shop, membership = getattr(request, "shop", None), getattr(request, "membership", None)
    if shop is None or membership is None:
        return {}
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "stopped_at": sending_settings(shop).stopped_at,
        "may_resume": membership.may(Role.OWNER),
    }
