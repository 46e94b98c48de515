"""Words for a verdict on one member."""

from django import template

from crm.campaigns.coupon_messages import ExplanationLine
from messaging.reasons import verdict_words

register = template.Library()


@register.filter
def why_words(line: ExplanationLine) -> str:
    """What a verdict means, in a sentence."""
    return verdict_words(line.verdict)


@register.filter
def others(line: ExplanationLine) -> int:
    """How many different coupons there are beside the first."""
    return line.different - 1
