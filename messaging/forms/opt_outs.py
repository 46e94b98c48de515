"""Looking for a refusal, entering one, and uploading those of the 080 number."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from messaging.models import Channel
from messaging.opt_out_imports import MOST_BYTES
from messaging.opt_outs import read_address
from orders.forms.search import say_gone, who_field
from orders.models import Shop
from orders.personal import MAX_REASON
from orders.signs import check_line

# What people can type; an app's token and a member's inbox are told by the shop's site.
TYPED = (Channel.TEXT, Channel.EMAIL)


class SearchForm(forms.Form):
    """A whole phone number or a whole e-mail address: parts of one find nothing."""

    who = who_field(
        gettext_lazy("Phone number or e-mail"), gettext_lazy("Whole phone number or e-mail")
    )

    def __init__(self, query: QueryDict, *, shop: Shop, gone: bool = False) -> None:
        self.shop, self.gone = shop, gone
        self.address: tuple[Channel, str] | None = None
        super().__init__(query, auto_id="filter_%s")

    def clean_who(self) -> str:
        """Understand what is looked for."""
        if self.gone:
            raise say_gone()
        text: str = self.cleaned_data["who"].strip()
        if text:
            channel = Channel.EMAIL if "@" in text else Channel.TEXT
            try:
                self.address = channel, read_address(self.shop, channel, text)
            except ValidationError as error:
                raise ValidationError(
                    _("Type the whole phone number or the whole e-mail address.")
                ) from error
        return text


class AddForm(forms.Form):
    """A refusal that a customer told the shop."""

    channel = forms.ChoiceField(
        label=gettext_lazy("Channel"), choices=[(one.value, one.label) for one in TYPED]
    )
    address = forms.CharField(
        label=gettext_lazy("Phone number or e-mail"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, data: Any = None, *, shop: Shop) -> None:
        self.shop = shop
        super().__init__(data, auto_id="add_%s")

    def clean(self) -> dict[str, Any]:
        """The address must be one of the channel's."""
        data = self.cleaned_data
        if "channel" in data and "address" in data:
            data["channel"] = Channel(data["channel"])
            try:
                data["address"] = read_address(self.shop, data["channel"], data["address"])
            except ValidationError as error:
                self.add_error("address", error)
        return data


class UploadForm(forms.Form):
    """The list of an 080 number's provider."""

    numbers = forms.FileField(
        label=gettext_lazy("File with phone numbers"),
        help_text=gettext_lazy("CSV or TXT, one number a line, or a column with a heading."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv,text/plain"}),
    )

    def clean_numbers(self) -> "UploadedFile[Any]":
        """Not larger than what is read."""
        file: UploadedFile[Any] = self.cleaned_data["numbers"]
        if (file.size or 0) > MOST_BYTES:
            most = MOST_BYTES // 10**6
            raise ValidationError(_("The file is larger than %(most)s MB.") % {"most": most})
        return file


class RemoveForm(forms.Form):
    """Why a refusal is taken back."""

    reason = forms.CharField(
        label=gettext_lazy("Why was it no refusal?"),
        help_text=gettext_lazy("Your name, the time and the reason stay on record."),
        max_length=MAX_REASON,
        validators=[check_line],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
