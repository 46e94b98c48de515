"""What a shop enters from SOLAPI's console."""

from collections.abc import Mapping
from typing import ClassVar

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from messaging.gateways.base import AccountForm
from messaging.models import Channel

# They travel in a header, or are compared with one.
_WORD = RegexValidator(
    r"\A[\x21-\x2b\x2d-\x7e]+\Z",
    _("Only letters, digits and signs, without spaces. Copy it from the console as it is."),
)


class SolapiForm(AccountForm):
    """One form for both channels: text needs no KakaoTalk channel."""

    secret: ClassVar[frozenset[str]] = frozenset({"api_secret", "webhook_secret"})
    needed_for: ClassVar[Mapping[Channel, frozenset[str]]] = {
        Channel.ALIMTALK: frozenset({"pf_id"})
    }

    api_key = forms.CharField(
        label=_("API key"),
        max_length=64,
        validators=[_WORD],
        help_text=_("In SOLAPI's console, under “API Key”."),
    )
    api_secret = forms.CharField(
        label=_("API secret"),
        max_length=100,
        validators=[_WORD],
        help_text=_("Beside the API key. It is stored encrypted."),
    )
    pf_id = forms.CharField(
        label=_("KakaoTalk channel (pfId)"),
        max_length=64,
        required=False,
        validators=[_WORD],
        help_text=_("Only for Alimtalk: the linked channel's id, which begins with PF."),
    )
    webhook_secret = forms.CharField(
        label=_("Webhook secret"),
        max_length=200,
        required=False,
        validators=[_WORD],
        help_text=_(
            "The secret key that SOLAPI's console shows for the webhook. Without it results still "
            "arrive, a little later."
        ),
    )
