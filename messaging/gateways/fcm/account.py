"""A Firebase project's service account, as Google hands it out in a file."""

import json
import re
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from google.auth import crypt

from messaging.gateways.base import AccountForm

TOKEN_URI = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
_WANTED = ("project_id", "client_email", "private_key")
_PROJECT = re.compile(r"[a-z][a-z0-9-]{4,61}[a-z0-9]")
_LONGEST = 10_000


class FcmForm(AccountForm):
    """The service account's key."""

    secret = frozenset({"service_account"})

    service_account = forms.CharField(
        label=_("Service account key"),
        max_length=_LONGEST,
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off", "spellcheck": "false"}),
        help_text=_(
            "Firebase console, project settings, service accounts: make a new private key and "
            "paste what is in the file."
        ),
    )

    def clean_service_account(self) -> str:
        """The key with only what is needed of it, as JSON."""
        told = _object(self.cleaned_data["service_account"])
        if told.get("type") != "service_account" or not all(
            isinstance(told.get(name), str) and told[name] for name in _WANTED
        ):
            raise ValidationError(_("That is no service account's key. Paste the whole file."))
        if not _PROJECT.fullmatch(told["project_id"]):
            raise ValidationError(_("The project's id in it is none."))
        if told.get("token_uri", TOKEN_URI) not in (TOKEN_URI, token_uri()):
            raise ValidationError(_("Its token address is not Google's."))
        _check_key(told["private_key"])
        kept = {name: told[name] for name in (*_WANTED, "private_key_id") if name in told}
        return json.dumps(kept)


def token_uri() -> str:
    """Where bearer tokens come from: Google, unless PROVIDER_URLS names a stand-in."""
    return str(getattr(settings, "PROVIDER_URLS", {}).get("fcm_token", TOKEN_URI))


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValidationError(_("That is no JSON. Paste the whole file.")) from error
    return found if isinstance(found, dict) else {}


def _check_key(key: str) -> None:
    """What is wrong with a key is not told: it might hold the key."""
    try:
        crypt.RSASigner.from_string(key)
    except Exception:  # the libraries below have no common error
        raise ValidationError(_("The private key in it can't be read.")) from None
