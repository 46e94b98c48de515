"""What a shop enters from NHN Cloud's console."""

from typing import ClassVar

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from messaging.gateways.base import AccountForm

SENDER_KEY_LENGTH = 40
# They travel in an address and in headers.
_WORD = RegexValidator(
    r"\A[A-Za-z0-9_-]+\Z", _("Only letters, digits, - and _. Copy it from the console as it is.")
)
_PRINTABLE = RegexValidator(
    r"\A[\x21-\x7e]+\Z", _("Only letters, digits and signs, without spaces between them.")
)


class NhnForm(AccountForm):
    """What both services ask for. Reports are fetched; the webhook only makes them come sooner."""

    secret: ClassVar[frozenset[str]] = frozenset({"secret_key", "webhook_signature"})

    app_key = forms.CharField(
        label=_("App key"),
        min_length=8,
        max_length=64,
        validators=[_WORD],
        help_text=_("In the NHN Cloud console, under “URL & Appkey” of this service."),
    )
    secret_key = forms.CharField(
        label=_("Secret key"),
        min_length=4,
        max_length=100,
        validators=[_PRINTABLE],
        help_text=_("Beside the app key in the console. It is stored encrypted."),
    )
    webhook_signature = forms.CharField(
        label=_("Webhook signature"),
        max_length=200,
        required=False,
        validators=[_PRINTABLE],
        help_text=_(
            "Make up a long word and enter the same one in the console's webhook settings. "
            "Without it results still arrive, a little later."
        ),
    )


class AlimtalkForm(NhnForm):
    """Alimtalk also goes out in the name of a KakaoTalk channel."""

    sender_key = forms.CharField(
        label=_("Sender key"),
        min_length=SENDER_KEY_LENGTH,
        max_length=SENDER_KEY_LENGTH,
        validators=[_WORD],
        help_text=_("40 characters, in the console beside your KakaoTalk channel."),
    )

    field_order = ("app_key", "secret_key", "sender_key", "webhook_signature")
