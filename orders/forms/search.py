"""The box in which a person is searched for."""

from typing import TYPE_CHECKING

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


def who_field(label: "_StrPromise", placeholder: "_StrPromise") -> forms.CharField:
    """One box for all that a merchant knows of a person."""
    widget = forms.TextInput(
        attrs={"type": "search", "placeholder": placeholder, "autocomplete": "off"}
    )
    return forms.CharField(label=label, required=False, max_length=80, widget=widget)


def say_gone() -> ValidationError:
    """For an address whose search is not in the session any more."""
    return ValidationError(_("This search is over. Please type it again."), code="gone")
