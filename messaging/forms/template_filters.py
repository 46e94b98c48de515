"""How the list of templates is narrowed down."""

from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from messaging.models import Channel, Inspection, MessageTemplate, Purpose, TemplateRevision


class TemplateFilters(forms.Form):
    """All are optional; what can't be is as if it were not asked."""

    channel = forms.ChoiceField(
        label=_("Channel"), required=False, choices=[("", _("All channels")), *Channel.choices]
    )
    purpose = forms.ChoiceField(
        label=_("Purpose"), required=False, choices=[("", _("All purposes")), *Purpose.choices]
    )
    inspection = forms.ChoiceField(
        label=_("Inspection"),
        required=False,
        choices=[
            ("", _("Any inspection")),
            *((value, label) for value, label in Inspection.choices if value),
            ("unusable", _("Nothing in use")),
        ],
    )
    used = forms.ChoiceField(
        label=_("Used for"),
        required=False,
        choices=[("", _("Used or not")), ("yes", _("Used")), ("no", _("Not used yet"))],
    )

    def narrow(self, templates: QuerySet[MessageTemplate]) -> QuerySet[MessageTemplate]:
        """The templates asked for; where they are used, only the floor above knows."""
        self.is_valid()
        asked = self.cleaned_data
        for name in ("channel", "purpose"):
            if value := asked.get(name):
                templates = templates.filter(**{name: value})
        if state := asked.get("inspection"):
            templates = templates.filter(_stands(state))
        return templates

    @property
    def used_asked(self) -> str:
        """ "yes", "no", or empty for both."""
        return str(self.cleaned_data.get("used", ""))


def _stands(state: str) -> Q:
    if state == "unusable":
        return Q(current=None)
    revisions: Any = TemplateRevision.objects.filter(template=OuterRef("pk"), inspection=state)
    return Q(Exists(revisions))
