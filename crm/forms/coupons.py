"""Forms on coupons: one grant basis for many, and what one coupon does differently."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundWidget
from django.utils.translation import gettext_lazy as _

from coupons.models import Coupon
from crm.coupons import usable_templates
from crm.forms.fields import RowsField, TemplateField, page_field
from crm.grant_basis import PRESETS, check_basis
from crm.models import CouponMessageSettings
from messaging.models import MessageTemplate
from orders.models import Country, Shop

OWN, NONE = "own", "none"
TEMPLATE_FIELDS = ("issue_template", "expiry_template")


class FilterForm(forms.Form):
    """Which coupons the list shows; what makes no sense filters nothing."""

    q = forms.CharField(label=_("Name or code"), required=False)
    basis = forms.ChoiceField(
        label=_("Grant basis"),
        required=False,
        choices=[("", _("All coupons")), ("none", _("Without a grant basis"))],
    )


class BasisForm(forms.Form):
    """A basis from the presets of the shop's country, an own sentence, or none."""

    none_label = _("No grant basis")

    preset = forms.ChoiceField(label=_("Grant basis"), widget=forms.RadioSelect)
    sentence = forms.CharField(
        label=_("Your own sentence"),
        required=False,
        strip=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, shop: Shop, **kwargs: Any) -> None:
        """A form for a coupon of this shop, or several."""
        super().__init__(*args, **kwargs)
        self.shop = shop
        self.presets = PRESETS[Country(shop.country)]
        choices = [(preset.key, preset.label) for preset in self.presets]
        choices += [(OWN, _("Your own sentence")), (NONE, self.none_label)]
        field = self.fields["preset"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = choices

    def start_from(self, sentence: str) -> None:
        """Begin with this sentence, as a preset where it is one."""
        known = {preset.sentence: preset.key for preset in self.presets}
        key = known.get(sentence, OWN) if sentence else NONE
        self.initial.update({"preset": key, "sentence": sentence if key == OWN else ""})

    @property
    def example(self) -> str:
        """A sentence that shows how an own one may sound."""
        return self.presets[-1].sentence

    def options(self) -> list[tuple[BoundWidget, str]]:
        """The radio buttons, each with the sentence that it stands for."""
        sentences = {preset.key: preset.sentence for preset in self.presets}
        return [(radio, sentences.get(radio.data["value"], "")) for radio in self["preset"]]

    def typed_sentence(self) -> str:
        """The sentence as it stands in the form, right or wrong: for the preview."""
        key = self["preset"].value()
        sentences = {preset.key: preset.sentence for preset in self.presets}
        return sentences.get(key, (self["sentence"].value() or "").strip() if key == OWN else "")

    def clean(self) -> dict[str, Any]:
        """An own sentence must be able to stand in a message."""
        if self.cleaned_data.get("preset") == OWN:
            try:
                check_basis(self.cleaned_data.get("sentence", ""))
            except ValidationError as error:
                self.add_error("sentence", error)
        return self.cleaned_data


class ManyBasisForm(BasisForm):
    """A basis for the coupons that are ticked, or for all that have none."""

    none_label = _("Take the grant basis away")

    coupon = RowsField(
        queryset=Coupon.objects.none(),
        required=False,
        error_messages={
            # The same for what is another shop's and for what does not exist (F10).
            "invalid_choice": _("Some of the coupons are not there any more."),
            "invalid_pk_value": _("Some of the coupons are not there any more."),
        },
    )
    all_without = forms.BooleanField(required=False)

    def __init__(self, *args: Any, shop: Shop, **kwargs: Any) -> None:
        """A form on the shop's own coupons."""
        super().__init__(*args, shop=shop, **kwargs)
        field = self.fields["coupon"]
        assert isinstance(field, forms.ModelMultipleChoiceField)  # noqa: S101 - for the type checker
        field.queryset = Coupon.objects.for_shop(shop)

    def clean(self) -> dict[str, Any]:
        """Something must be chosen."""
        super().clean()
        chosen = self.cleaned_data.get("coupon") or self.cleaned_data.get("all_without")
        if not chosen and "coupon" not in self.errors:
            raise ValidationError(_("Tick the coupons first."))
        return self.cleaned_data


class CouponForm(BasisForm):
    """What one coupon does differently from the shop (A2), and its basis (A9)."""

    issue_template = TemplateField(label=_("Message when it is issued"), required=False)
    expiry_template = TemplateField(label=_("Message before it expires"), required=False)
    url = page_field()

    def __init__(self, *args: Any, shop: Shop, editable: bool = True, **kwargs: Any) -> None:
        """A form that offers the shop's own templates alone (F10)."""
        super().__init__(*args, shop=shop, **kwargs)
        self.settings: CouponMessageSettings | None = None
        self.templates = {str(one.pk): one for one in usable_templates(shop)}
        self.say_defaults(None)
        for each in self.fields.values():
            each.disabled = not editable

    def say_defaults(self, settings: CouponMessageSettings | None) -> None:
        """Name what an empty choice means: the shop's own."""
        self.settings = settings
        for name in TEMPLATE_FIELDS:
            field = self.fields[name]
            assert isinstance(field, TemplateField)  # noqa: S101 - for the type checker
            default = getattr(settings, name, None)
            own = _("As the shop: %(name)s") % {"name": default} if default else _("As the shop")
            field.offer(self.templates, chosen=self.initial.get(name), empty_label=own)
        if settings and settings.url:
            self.fields["url"].help_text = _("Empty: the shop's, %(url)s") % {"url": settings.url}

    def chosen_template(self, name: str) -> MessageTemplate | None:
        """The template as it stands in the form, else the shop's; a wrong choice counts as none."""
        default: MessageTemplate | None = getattr(self.settings, name, None)
        return self.templates.get(str(self[name].value()), default)

    def chosen_url(self) -> str:
        """The address as it stands in the form if it is one, else the shop's; for the preview."""
        self.is_valid()
        own = self.cleaned_data.get("url") if self.is_bound else self.initial.get("url")
        return str(own or (self.settings.url if self.settings else ""))
