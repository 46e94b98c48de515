"""Asking for points, and the notice at low balance."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from messaging.models import Wallet
from messaging.payments import LEAST, MOST, STEP

# More than a wallet will ever hold, less than its column does.
HIGHEST_NOTICE = 1_000_000_000


class RechargeForm(forms.Form):
    """How many points."""

    points = forms.IntegerField(
        label=_("Points to recharge"),
        min_value=LEAST,
        max_value=MOST,
        step_size=STEP,
        initial=10_000,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


class LowPointsForm(forms.Form):
    """Below how many points the owner is told; empty: never."""

    low_at = forms.IntegerField(
        label=_("Tell me when fewer are available than"),
        help_text=_("A mail goes to the shop's owner, once. Leave it empty to hear nothing."),
        min_value=1,
        max_value=HIGHEST_NOTICE,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, wallet: Wallet, **kwargs: Any) -> None:
        """A form on this wallet's notice."""
        super().__init__(*args, **kwargs)
        self.initial["low_at"] = wallet.low_at
