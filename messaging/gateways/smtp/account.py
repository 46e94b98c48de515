"""What the shop tells of its mail server."""

import re
from ipaddress import ip_address
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from messaging.gateways.base import AccountForm
from messaging.gateways.smtp.mime import deliverable
from messaging.gateways.smtp.places import PORTS, is_public, may_be_local
from orders.signs import check_line

_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")


class Security(TextChoices):
    """How the connection is kept from being read. NONE: to a server on this machine, for tests."""

    STARTTLS = "starttls", _("STARTTLS (mostly port 587)")
    TLS = "tls", _("TLS from the beginning (mostly port 465)")
    NONE = "none", _("None, for a mail server on this machine")


def _securities() -> list[tuple[str, Any]]:
    return [choice for choice in Security.choices if choice[0] != "none" or may_be_local()]


class SmtpForm(AccountForm):
    """The mail server, the log-in there, and whose name the letters bear."""

    secret = frozenset({"password"})

    host = forms.CharField(
        label=_("Mail server"), max_length=253, help_text=_("For example smtp.example.com")
    )
    port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65535, initial=587)
    security = forms.ChoiceField(label=_("Encryption"), choices=_securities)
    user = forms.CharField(label=_("User name"), max_length=254, required=False)
    password = forms.CharField(
        label=_("Password"), max_length=1000, required=False, widget=forms.PasswordInput
    )
    from_address = forms.CharField(
        label=_("Sender's e-mail address"),
        max_length=254,
        help_text=_("Letters come from your shop's name and this address."),
    )
    reply_to = forms.CharField(label=_("Answers go to"), max_length=254, required=False)
    contact = forms.CharField(
        label=_("Phone number and postal address"),
        max_length=200,
        validators=[check_line],
        help_text=_("Stands at the foot of each letter; the law asks for it in advertising."),
    )

    def clean_host(self) -> str:
        """A name, or an address that everybody can reach; a name's is looked at when connecting."""
        host = str(self.cleaned_data["host"]).strip().lower()
        if not _HOST.fullmatch(host):
            raise ValidationError(_("That is no mail server's name."))
        if not may_be_local() and (host == "localhost" or _is_private(host)):
            raise ValidationError(_("That server can't be reached from the internet."))
        return host

    def clean_port(self) -> int:
        """One on which mail servers listen."""
        port = int(self.cleaned_data["port"])
        if port not in PORTS and not may_be_local():
            ports = ", ".join(map(str, PORTS))
            raise ValidationError(_("Mail servers listen on %(ports)s.") % {"ports": ports})
        return port

    def clean_from_address(self) -> str:
        """An address that a letter can come from."""
        return _address(self.cleaned_data["from_address"])

    def clean_reply_to(self) -> str:
        """An address, or nothing."""
        asked = self.cleaned_data["reply_to"].strip()
        return _address(asked) if asked else ""


def _is_private(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return not is_public(host)


def _address(text: str) -> str:
    found = deliverable(text.strip())
    if not found:
        raise ValidationError(_("That is no e-mail address."))
    return found
