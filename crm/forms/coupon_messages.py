"""What the coupon messages say and when, and whom a test goes to."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.campaigns.coupon_messages.settings import expiry_times
from crm.coupons import advertising_templates, usable_templates
from crm.forms.fields import TemplateField, page_field
from crm.models import CouponMessageSettings, Kind
from messaging.models import MessageTemplate

TEMPLATES = {Kind.ISSUED: "issue_template", Kind.EXPIRING: "expiry_template"}


class CouponMessagesForm(forms.Form):
    """Templates, the page that a tap opens, and T (A1, A4). The switches act by themselves."""

    issue_template = TemplateField(label=_("Template"))
    expiry_template = TemplateField(label=_("Template"))
    advertising_template = TemplateField(label=_("They go by"), required=False)
    expiry_time = forms.TypedChoiceField(label=_("Time of day"), coerce=dt.time.fromisoformat)
    url = page_field()

    def __init__(
        self, *args: Any, settings: CouponMessageSettings, editable: bool = True, **kwargs: Any
    ) -> None:
        """A form on these settings, with the shop's own templates alone (F10)."""
        super().__init__(*args, **kwargs)
        self.settings = settings
        self.templates = {str(one.pk): one for one in usable_templates(settings.shop)}
        for name in TEMPLATES.values():
            field = self.fields[name]
            assert isinstance(field, TemplateField)  # noqa: S101 - declared above
            own = getattr(settings, f"{name}_id")
            field.offer(self.templates, chosen=own)
            self.initial[name] = str(own)
        self._offer_advertising()
        times = self.fields["expiry_time"]
        assert isinstance(times, forms.TypedChoiceField)  # noqa: S101 - declared above
        times.choices = [(f"{at:%H:%M}",) * 2 for at in expiry_times(settings.shop.country)]
        self.initial["expiry_time"] = f"{settings.expiry_time:%H:%M}"
        self.initial["url"] = settings.url
        for each in self.fields.values():
            each.disabled = not editable

    def _offer_advertising(self) -> None:
        field = self.fields["advertising_template"]
        assert isinstance(field, TemplateField)  # noqa: S101 - declared above
        self.advertising = {str(one.pk): one for one in advertising_templates(self.settings.shop)}
        own = self.settings.advertising_template_id
        empty = _("Nothing goes out")
        field.offer(self.advertising, chosen=own, empty_label=empty, by_channel=True)
        self.initial["advertising_template"] = str(own or "")

    def chosen_advertising(self) -> MessageTemplate | None:
        """The template for coupons without a grant basis as it stands in the form."""
        return self.advertising.get(str(self["advertising_template"].value()))

    def chosen_template(self, kind: Kind) -> MessageTemplate | None:
        """The template as it stands in the form, right or wrong: for the preview."""
        return self.templates.get(str(self[TEMPLATES[kind]].value()))

    def chosen_time(self) -> dt.time:
        """T as it stands in the form; what is none of the offered counts as the saved one."""
        offered = {f"{at:%H:%M}": at for at in expiry_times(self.settings.shop.country)}
        return offered.get(str(self["expiry_time"].value()), self.settings.expiry_time)

    def chosen_url(self) -> str:
        """The address as it stands in the form, if it is one."""
        self.is_valid()
        return str(self.cleaned_data.get("url", "")) if self.is_bound else self.settings.url


class TestSendForm(forms.Form):
    """Which message, and the tester's own number (A8)."""

    __test__ = False  # no test of ours

    kind = forms.ChoiceField(label=_("Message"), widget=forms.RadioSelect)
    phone = forms.CharField(
        label=_("Your phone number"),
        max_length=40,
        widget=forms.TextInput(
            attrs={
                "type": "tel",
                "inputmode": "tel",
                "autocomplete": "tel",
                "placeholder": "010-0000-0000",
                "data-focus": "",
            }
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Begins with the issue message."""
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = Kind.choices
        self.initial.setdefault("kind", Kind.ISSUED.value)
