"""Addresses of pages, as people type them."""

from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from orders.signs import hidden_in_line

_is_url = URLValidator(schemes=["http", "https"])
# What browsers leave out, or read as another sign.
_MISREAD = '<>"\\'


def check_website(url: str) -> None:
    """Refuse an address that leads to no site that everybody reaches, or elsewhere than it looks.

    Forms call it, too. Raises ValidationError, in words for who typed it.
    """
    if signs := hidden_in_line(url) or [f"U+{ord(sign):04X}" for sign in url if sign.isspace()]:
        raise ValidationError(
            _("An address can't hold blanks, or signs that nobody can see (%(sign)s).")
            % {"sign": signs[0]}
        )
    try:
        _is_url(url)
        parts = urlsplit(url)
    except (ValidationError, ValueError):
        parts = urlsplit("")
    if "." not in (parts.hostname or "").strip(".") or any(sign in url for sign in _MISREAD):
        raise ValidationError(_("Write the whole address; it begins with http:// or https://."))
    if parts.username is not None:
        raise ValidationError(
            _("An address can't hold a name or a password in front of the site, before an @.")
        )
