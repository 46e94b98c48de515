"""Fields that several forms share."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from messaging.models import MessageTemplate
from orders.access import read_key
from orders.websites import check_website

Words = str | Promise


def _check_no_variable(url: str) -> None:
    """Nothing is filled in here: the address would be opened as it stands."""
    if "#{" in url:
        raise ValidationError(_("An address can't hold a variable: it is opened as it stands."))


def page_field() -> forms.CharField:
    """The page that a tap on the message opens; empty for none of its own."""
    return forms.CharField(
        label=_("Page that a tap opens"),
        help_text=_("Left empty, messages go without the link button."),
        max_length=500,
        required=False,
        validators=[_check_no_variable, check_website],
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )


class TemplateField(forms.TypedChoiceField):
    """A choice among templates that were read once for all fields of a form.

    Without approved wording only the one that is chosen already is offered, marked; who saves
    another says why it can't be. Another shop's template is told as one that does not exist (F10).
    """

    default_error_messages = {
        "invalid_choice": _("This template is not there any more. Choose another one.")
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(empty_value=None, **kwargs)
        self.templates: dict[str, MessageTemplate] = {}

    def offer(
        self,
        templates: dict[str, MessageTemplate],
        *,
        chosen: int | None,
        empty_label: Words = "",
        by_channel: bool = False,
    ) -> None:
        """Let these be chosen, by their keys; with a label also nothing."""
        self.templates = templates
        empty = [("", empty_label)] if empty_label else []
        self.choices = empty + [
            (pk, _labelled(one, by_channel=by_channel))
            for pk, one in templates.items()
            if one.current_id or one.pk == chosen
        ]
        self.coerce = templates.__getitem__

    def valid_value(self, value: Any) -> bool:
        """Whether it is there."""
        return value in self.templates


def _labelled(template: MessageTemplate, *, by_channel: bool) -> str:
    label = f"{template.get_channel_display()} · {template}" if by_channel else str(template)
    if template.current_id:
        return label
    return str(_("%(template)s (not approved)") % {"template": label})


class RowsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Rows that are ticked; what no row can have as a key is as one that does not exist."""

    def clean(self, value: Any) -> Any:
        """As Django does, which would hand a number to the database that it can't hold."""
        if any(read_key(str(key)) is None for key in value or []):
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return super().clean(value)
