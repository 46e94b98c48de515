"""On a message's page: the way to send it again, and how it belongs to others."""

from typing import Any

from django import template

from messaging.again import standing
from messaging.models import Message
from orders.models import Role

register = template.Library()


@register.inclusion_tag("messaging/again_links.html", takes_context=True)
def again_links(context: template.Context, message: Message) -> dict[str, Any]:
    """Buttons to send it again, to the one that was sent again, and back to the first."""
    may = context["request"].membership.may(Role.MANAGER)
    return {"message": message, "standing": standing(message), "may": may}
