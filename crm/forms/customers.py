"""The search for members."""

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from orders.models import Shop
from orders.search import find_member_ids


class SearchForm(forms.Form):
    """Member id, name or phone number, in one box."""

    who = forms.CharField(
        label=_("Member id, name or phone number"),
        required=False,
        max_length=80,
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "placeholder": _("Member id, name, phone number or its last four digits"),
                "autocomplete": "off",
            }
        ),
    )

    def __init__(self, query: QueryDict, *, shop: Shop) -> None:
        super().__init__(query, auto_id="filter_%s")
        self.shop = shop
        self.ids: list[int] | None = None

    def clean_who(self) -> str:
        """Find who is meant."""
        text: str = self.cleaned_data["who"].strip()
        if text:
            self.ids = []
            self.ids = find_member_ids(self.shop, text)
        return text
