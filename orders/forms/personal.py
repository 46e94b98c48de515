"""The question that comes before personal data is shown whole."""

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from orders.personal import MAX_REASON
from orders.signs import check_line


class UnmaskForm(forms.Form):
    """Why somebody needs to see it (F9)."""

    reason = forms.CharField(
        label=_("Why do you need to see it?"),
        help_text=_("Your name, the time and this reason are kept on record."),
        max_length=MAX_REASON,
        validators=[check_line],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Write why you need to see it. It is kept on record.")},
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="unmask_%s")
