"""Words for a verdict on one member."""

from django import template
from django.utils.translation import gettext as _

from crm.campaigns.coupon_messages import ExplanationLine
from messaging.models import Reason

register = template.Library()


@register.filter
def why_words(line: ExplanationLine) -> str:
    """What a verdict means, in a sentence."""
    sentences = {
        "": _("Nothing speaks against it."),
        Reason.NO_ADDRESS: _("This member has no phone number."),
        Reason.NO_GRANT_BASIS: _("The coupon has no grant basis, and Kakao asks for one."),
        Reason.NO_GATEWAY: _("The channel is not connected, so there is no way out."),
        Reason.NO_TEMPLATE: _("The chosen template has no wording in use."),
    }
    known = sentences.get(line.verdict)
    return known or str(Reason(line.verdict).label)


@register.filter
def others(line: ExplanationLine) -> int:
    """How many different coupons there are beside the first."""
    return line.different - 1
