"""The search for members."""

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from orders.forms.search import say_gone, who_field
from orders.models import Shop
from orders.search import find_member_ids


class SearchForm(forms.Form):
    """Member id, name or phone number, in one box."""

    who = who_field(
        _("Member id, name or phone number"),
        _("Member id, name, phone number or its last four digits"),
    )

    def __init__(self, query: QueryDict, *, shop: Shop, gone: bool = False) -> None:
        super().__init__(query, auto_id="filter_%s")
        self.shop, self.gone = shop, gone
        self.ids: list[int] | None = None

    def clean_who(self) -> str:
        """Find who is meant."""
        if self.gone:
            self.ids = []
            raise say_gone()
        text: str = self.cleaned_data["who"].strip()
        if text:
            self.ids = []
            self.ids = find_member_ids(self.shop, text)
        return text
