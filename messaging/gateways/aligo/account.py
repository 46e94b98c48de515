"""What a shop enters from Aligo's console."""

from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from messaging.gateways.base import AccountForm


class AligoForm(AccountForm):
    """Aligo also asks to allow this server's address in its console."""

    secret: ClassVar[frozenset[str]] = frozenset({"apikey"})

    userid = forms.CharField(label=_("User id"), max_length=64)
    apikey = forms.CharField(
        label=_("API key"),
        max_length=100,
        help_text=_(
            "In Aligo's console, where this server's address must be allowed too. It is stored "
            "encrypted."
        ),
    )
    senderkey = forms.CharField(
        label=_("Sender key"),
        max_length=64,
        help_text=_("The KakaoTalk channel's key in Aligo's console."),
    )
