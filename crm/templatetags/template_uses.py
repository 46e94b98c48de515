"""Which templates are in use where: what only this floor knows, for the list of templates."""

from collections import defaultdict
from collections.abc import Sequence

from django import template
from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.models import CouponMessageSettings, CouponOverride
from messaging.models import MessageTemplate
from orders.models import Shop

register = template.Library()


@register.simple_tag
def with_uses(
    templates: Sequence[MessageTemplate], shop: Shop, used: str = ""
) -> list[tuple[MessageTemplate, list[str]]]:
    """Each template with what uses it, in words. As many queries for any number.

    `used` asks for those in use alone ("yes"), or those that are not ("no").
    """
    uses: dict[int | None, list[str]] = defaultdict(list)
    settings = CouponMessageSettings.objects.filter(shop=shop).first()
    if settings:
        uses[settings.issue_template_id].append(_("When a coupon is issued (shop's default)"))
        uses[settings.expiry_template_id].append(_("Before a coupon expires (shop's default)"))
    for pk, coupons in _overrides(shop, "issue_template"):
        text = ngettext("Issue message of %(n)s coupon", "Issue message of %(n)s coupons", coupons)
        uses[pk].append(text % {"n": coupons})
    for pk, coupons in _overrides(shop, "expiry_template"):
        text = ngettext(
            "Expiry message of %(n)s coupon", "Expiry message of %(n)s coupons", coupons
        )
        uses[pk].append(text % {"n": coupons})
    rows = [(one, uses.get(one.pk, [])) for one in templates]
    return [row for row in rows if not used or bool(row[1]) == (used == "yes")]


def _overrides(shop: Shop, field: str) -> list[tuple[int, int]]:
    own = CouponOverride.objects.filter(coupon__shop=shop).exclude(**{field: None})
    return list(own.values_list(field).annotate(coupons=Count("pk")).order_by())
