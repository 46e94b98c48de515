"""A provider's account form as the console shows it: what is secret is never shown again."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from messaging.gateways import Account, AccountForm, Provider
from messaging.models import Channel
from messaging.sender_numbers import opt_out_digits, sender_number
from orders.models import Shop

PREFIX = "account"
# Where a secret would be sent to: who changes that types the secret again.
PLACES = ("host", "port", "url")


class _SilentInput(forms.PasswordInput):
    """A secret of one line: what was typed or saved does not come back."""


class _SilentText(forms.Textarea):
    """A secret of many lines, such as a key file: it does not come back either."""

    def format_value(self, value: Any) -> str | None:
        """Nothing, whatever it holds."""
        return None


def account_form(
    provider: Provider, channel: Channel, saved: Account, data: Mapping[str, str] | None = None
) -> AccountForm:
    """The provider's form, filled with what is saved, its secrets left out.

    A secret that is saved may be left empty and stays as it is, unless it would go elsewhere.
    """
    moved = data is not None and _moved(saved, data)
    kept = {} if moved else saved
    form = provider.account_form(
        _with_saved(provider, kept, data) if data is not None else None,
        prefix=PREFIX,
        initial={k: v for k, v in saved.items() if k not in provider.account_form.secret},
        use_required_attribute=False,
    )
    for name in form.secret:
        _silence(form.fields[name], is_saved=bool(kept.get(name)))
        form.fields[name].required |= moved and bool(saved.get(name))
    for name in form.needed_for.get(channel, ()):
        form.fields[name].required = True
    return form


def account_values(form: AccountForm) -> dict[str, str]:
    """What a valid form holds, as an account keeps it: strings, empty for what was left empty."""
    return {name: _string(value) for name, value in form.cleaned_data.items()}


def _string(value: object) -> str:
    if value is None or value is False:
        return ""
    return "on" if value is True else str(value)


def _moved(saved: Account, data: Mapping[str, str]) -> bool:
    """Whether what is saved would be sent to another place than before."""
    return any(
        data.get(f"{PREFIX}-{name}", "").strip() != saved[name] for name in PLACES if name in saved
    )


def _with_saved(provider: Provider, saved: Account, data: Mapping[str, str]) -> dict[str, str]:
    """What was posted, with the saved secrets where a secret was left empty."""
    posted = {name: data[name] for name in data}
    for name in provider.account_form.secret:
        if not posted.get(f"{PREFIX}-{name}", "").strip() and saved.get(name):
            posted[f"{PREFIX}-{name}"] = saved[name]
    return posted


def _silence(field: forms.Field, *, is_saved: bool) -> None:
    attrs = {**field.widget.attrs, "autocomplete": "new-password", "spellcheck": "false"}
    if isinstance(field.widget, forms.Textarea):
        field.widget = _SilentText(attrs=attrs)
    else:
        field.widget = _SilentInput(attrs=attrs)
    if is_saved:
        field.help_text = _("Saved. Leave it empty to keep it.")


class SenderNumberForm(forms.Form):
    """A number to add."""

    number = forms.CharField(
        label=_("Number"),
        max_length=30,
        help_text=_("A number that belongs to your shop, e.g. 02-123-4567."),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )

    def __init__(self, *args: Any, shop: Shop, **kwargs: Any) -> None:
        """A form for a number of this shop."""
        super().__init__(*args, **kwargs)
        self.shop = shop

    def clean_number(self) -> str:
        """In E.164."""
        return sender_number(self.cleaned_data["number"], self.shop)


class OptOutNumberForm(forms.Form):
    """The free number by which people refuse advertising."""

    number = forms.CharField(
        label=_("080 number"),
        max_length=30,
        required=False,
        help_text=_("Empty where you have none: then no advertising goes out by text."),
        widget=forms.TextInput(attrs={"inputmode": "tel", "placeholder": "080-000-0000"}),
    )

    def clean_number(self) -> str:
        """As an advertising text names it: 080-000-0000."""
        typed: str = self.cleaned_data["number"]
        return opt_out_digits(typed) if typed.strip() else ""
