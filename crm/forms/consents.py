"""By what consent notices go, and what a member told the shop."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.campaigns.consent_notices.reading import notice_templates
from crm.forms.fields import TemplateField
from crm.models import ConsentNoticeSettings
from orders.models import ConsentKind
from orders.personal import MAX_REASON
from orders.signs import check_line


class ConsentNoticesForm(forms.Form):
    """The template of both notices."""

    template = TemplateField(label=_("Template"))

    def __init__(
        self, *args: Any, settings: ConsentNoticeSettings, editable: bool = True, **kwargs: Any
    ) -> None:
        """A form on these settings, with the shop's own templates alone (F10)."""
        super().__init__(*args, **kwargs)
        self.templates = {str(one.pk): one for one in notice_templates(settings.shop)}
        field = self.fields["template"]
        assert isinstance(field, TemplateField)  # noqa: S101 - declared above
        field.offer(self.templates, chosen=settings.template_id, by_channel=True)
        field.disabled = not editable
        self.initial["template"] = str(settings.template_id or "")


class RecordConsentForm(forms.Form):
    """What a member agreed to or refused by phone, and how the shop knows."""

    kind = forms.ChoiceField(label=_("What it is about"), choices=ConsentKind.choices)
    given = forms.TypedChoiceField(
        label=_("What the member said"),
        choices=[("yes", _("Agrees")), ("no", _("Refuses"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what the member said.")},
    )
    reason = forms.CharField(
        label=_("How and when the member told you"),
        help_text=_("It is kept on record with your name."),
        max_length=MAX_REASON,
        validators=[check_line],
        error_messages={"required": _("Write how and when the member told you.")},
    )
