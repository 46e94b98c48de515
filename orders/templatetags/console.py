"""What the console's templates say over and over: icons, chips, money, times, masked people."""

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.forms import BoundField
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from orders import masking, nav
from orders.models import Membership, Shop

register = template.Library()

# How each state looks. Names, not enums: this floor does not know the ones above.
CHIP_COLOURS = {
    "ok": ("ok", "on", "delivered", "sent", "active", "usable", "planned", "approved"),
    "wait": ("wait", "waiting", "sending", "paused", "pending"),
    "bad": ("bad", "failed", "unknown", "blocked", "stopped"),
}
CURRENCIES = {"KRW": "₩", "JPY": "¥"}


@register.simple_tag
def icon(name: str, size: int = 16) -> SafeString:
    """A lucide icon of the sprite. Says nothing to a screen reader: a label must stand beside."""
    return format_html(
        '<svg class="icon" width="{0}" height="{0}" aria-hidden="true">'
        '<use href="{1}#{2}"></use></svg>',
        size,
        static("icons.svg"),
        name,
    )


@register.filter
def chip_colour(state: object) -> str:
    """ok, wait, bad or mute: the colour of a state, given by its name or as a member of an enum."""
    name = str(getattr(state, "name", state)).lower()
    return next((colour for colour, names in CHIP_COLOURS.items() if name in names), "mute")


@register.inclusion_tag("components/chip.html")
def chip(state: object, label: str = "") -> dict[str, Any]:
    """A chip for a state; without a label the state's own."""
    return {"state": state, "label": label or getattr(state, "label", state)}


masked_name = register.filter("masked_name", masking.mask_name)
masked_phone = register.filter("masked_phone", masking.mask_phone)
masked_email = register.filter("masked_email", masking.mask_email)
masked_id = register.filter("masked_id", masking.mask_id)
shown_phone = register.filter("shown_phone", masking.show_phone)


@register.filter
def money(amount: int | None, currency: str) -> str:
    """An amount in the currency's smallest unit, as people write it: ₩12,000; – for none."""
    if amount is None:
        return "–"
    sign = "-" if amount < 0 else ""
    symbol = CURRENCIES.get(currency, f"{currency} ")
    return f"{sign}{symbol}{abs(amount):,}"


@register.filter
def shop_time(at: datetime | None, now: datetime | None = None) -> str:
    """A time in the shop's zone, as one would say it: 오늘 10:02, 11월 30일 23:59; – for none.

    A page is the edge where the clock may be read; a test gives `now`.
    """
    if at is None:
        return "–"
    local, today = timezone.localtime(at), timezone.localtime(now).date()
    nearby = {
        today: gettext("today %(time)s"),
        today - timedelta(days=1): gettext("yesterday %(time)s"),
        today + timedelta(days=1): gettext("tomorrow %(time)s"),
    }
    if local.date() in nearby:
        return nearby[local.date()] % {"time": f"{local:%H:%M}"}
    if local.year == today.year:
        return formats.date_format(local, pgettext("date format", "M j, H:i"))
    return formats.date_format(local, pgettext("date format", "M j, Y, H:i"))


@register.filter
def shop_date(at: datetime | None) -> str:
    """The day in the shop's zone, with its year: 2026년 11월 30일; – for none."""
    if at is None:
        return "–"
    return formats.date_format(timezone.localtime(at), pgettext("date format", "M j, Y"))


@register.simple_tag
def widget(field: BoundField, **attrs: Any) -> SafeString:
    """A field's widget with more attributes; hx_post is written hx-post, empty ones are left."""
    if kind := attrs.pop("type", ""):
        field.field.widget.input_type = kind  # as an attribute it would stand there twice
    named = {name.replace("_", "-"): value for name, value in attrs.items() if value is not None}
    return field.as_widget(attrs=named)


@register.filter
def input_type(field: BoundField) -> str:
    """What kind of control a field is: switch, check, group, hidden or plain."""
    if field.is_hidden:
        return "hidden"
    if field.use_fieldset:
        return "group"
    kind = getattr(field.field.widget, "input_type", "")
    if kind != "checkbox":
        return "plain"
    return "switch" if field.field.widget.attrs.get("role") == "switch" else "check"


@register.inclusion_tag("components/nav.html", takes_context=True)
def side_nav(context: template.Context) -> dict[str, Any]:
    """The side bar's entries, the one that leads to this page marked."""
    request: HttpRequest = context["request"]
    return {"sections": nav.sections(request.path)}


@register.simple_tag(takes_context=True)
def my_shops(context: template.Context) -> list[Shop]:
    """The shops that the user is a member of, by name. One query."""
    members = Membership.objects.filter(user=context["request"].user).select_related("shop")
    return [member.shop for member in members.order_by("shop__name", "pk")]
