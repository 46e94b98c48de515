"""What each reason for leaving out means, and where it is mended: one table for every page.

Pages are URL names of the floors above, and resolved there; the words are this floor's own.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from messaging.models import Reason

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do about it, and the URL name of the page where it is done."""

    words: Words
    page: str = ""
    action: Words = ""
    # What follows the page's address: the place on it, or what it is to show.
    place: str = ""
    # What speaks against a message before it is decided, in a sentence; empty: the reason's name.
    verdict: Words = ""
    # Whether it is the shop that holds messages back, and not something about the customer.
    by_shop: bool = False


ADVICE: dict[str, Advice] = {
    Reason.NO_ADDRESS: Advice(
        _("It can go out once the customer has given an address for this channel in your shop."),
        "crm:customers",
        _("Open the members"),
        verdict=_("This member has no address for this channel."),
    ),
    Reason.NO_CONSENT: Advice(
        _(
            "There is nothing to do: advertising goes only to who has agreed to it on this "
            "channel, and this member has not."
        ),
        verdict=_("This member has not agreed to advertising on this channel."),
    ),
    Reason.OPTED_OUT: Advice(
        _("There is nothing to do: advertising to this address was refused, and that holds."),
        verdict=_("Advertising to this address was refused."),
    ),
    Reason.UNVERIFIED: Advice(
        _("It can go out once the customer has verified the e-mail address in your shop."),
        verdict=_("This member's e-mail address is not verified."),
    ),
    Reason.NO_POINTS: Advice(
        _("Recharge your points: what was left out for that is decided again by itself."),
        "messaging:points",
        _("Recharge points"),
        verdict=_("There are not enough points to pay for it."),
        by_shop=True,
    ),
    Reason.NO_GRANT_BASIS: Advice(
        _("Kakao asks why the customer got the coupon. Write the coupon's grant basis."),
        "crm:coupons",
        _("Write the grant basis"),
        place="?basis=none",
        verdict=_("The coupon has no grant basis, and Kakao asks for one."),
        by_shop=True,
    ),
    Reason.NO_GATEWAY: Advice(
        _(
            "Connect the channel and prepare what it needs, so that messages have a way out. If "
            "all of that is there, the platform has closed it for your shop."
        ),
        "messaging:gateways",
        _("Open the connections"),
        verdict=_("The channel is not connected, not ready or closed, so there is no way out."),
        by_shop=True,
    ),
    Reason.NO_TEMPLATE: Advice(
        _("Its template has no wording in use. Write one, or choose another template."),
        "messaging:templates",
        _("Open the templates"),
        verdict=_("The chosen template has no wording in use."),
        by_shop=True,
    ),
    Reason.COUPON_GONE: Advice(
        _(
            "There is nothing to do: the coupon was used, withdrawn or had expired before the "
            "message could go out."
        )
    ),
    Reason.DUPLICATE: Advice(
        _("There is nothing to do: it went out together with another message.")
    ),
    Reason.OLD_NEWS: Advice(
        _("There is nothing to do: by then it would have been no news any more.")
    ),
    Reason.STOPPED: Advice(_("Sending was stopped before its turn came.")),
}


def reason_words(reason: str) -> str:
    """A reason in words; a provider's own word stays as it is."""
    return str(Reason(reason).label) if reason in Reason.values else reason


def verdict_words(verdict: str) -> str:
    """What a verdict ("": none) means for the one that it is about, in a sentence."""
    if not verdict:
        return str(_("Nothing speaks against it."))
    advice = ADVICE.get(verdict)
    return str(advice.verdict) if advice and advice.verdict else reason_words(verdict)
