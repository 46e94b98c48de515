"""The form on which a template is worded."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from messaging.models import Channel, MessageTemplate, TemplateRevision, Topic
from messaging.preview import tidy
from messaging.templates import Buttons, create_template, revise_template
from messaging.wording import MAX_BUTTONS, check_body, check_buttons
from orders.models import Shop

LINK_FIELDS = [f"button_{place}" for place in range(1, MAX_BUTTONS)]


class TemplateForm(forms.Form):
    """Name, text and buttons. Everything that is wrong stands at its field, while typing too."""

    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        help_text=_("Only you see it: coupons and settings choose templates by it."),
    )
    body = forms.CharField(
        label=_("Text"),
        strip=False,
        required=False,  # `check_body` says it in our words
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
    )
    add_channel = forms.BooleanField(
        label=_("“채널 추가” button first"),
        required=False,
        help_text=_("KakaoTalk shows it to those who are not your channel's friends yet."),
    )

    def __init__(
        self,
        *args: Any,
        shop: Shop,
        template: MessageTemplate | None = None,
        revision: TemplateRevision | None = None,
        editable: bool = True,
        **kwargs: Any,
    ) -> None:
        """A form for a template of the shop, or a new one; it starts from `revision`'s wording."""
        super().__init__(*args, **kwargs)
        if template:
            self.initial["name"] = template.name
        if revision:
            self.initial.update(wording_initial(revision.body, revision.buttons))
        self.shop, self.template = shop, template
        self.channel = Channel(template.channel) if template else Channel.ALIMTALK
        self.topic = Topic(template.topic) if template else Topic.COUPON
        for place, name in enumerate(LINK_FIELDS, start=1):
            self.fields[name] = _link_field(place)
        for field in self.fields.values():
            field.disabled = not editable

    def links(self) -> list[forms.BoundField]:
        """The fields of the buttons that open the message's page."""
        return [self[name] for name in LINK_FIELDS]

    def buttons(self) -> Buttons:
        """The buttons as typed, the one that adds the channel first; nameless ones are none."""
        first: Buttons = [{"type": "AC"}] if self.cleaned_data.get("add_channel") else []
        names = [self.cleaned_data.get(name, "") for name in LINK_FIELDS]
        return first + [{"type": "WL", "name": name} for name in names if name]

    def clean_name(self) -> str:
        """No two templates of a shop have one name."""
        name: str = self.cleaned_data["name"]
        others = MessageTemplate.objects.for_shop(self.shop).filter(name=name)
        if self.template:
            others = others.exclude(pk=self.template.pk)
        if others.exists():
            raise ValidationError(_("Another template already has this name."))
        return name

    def clean_body(self) -> str:
        """Only what could be sent (A9)."""
        body = tidy(self.cleaned_data["body"])
        check_body(body, channel=self.channel, topic=self.topic)
        return body

    def clean(self) -> dict[str, Any]:
        """Each button's name at its own field."""
        for name in LINK_FIELDS:
            if label := self.cleaned_data.get(name):
                try:
                    check_buttons([{"type": "WL", "name": label}])
                except ValidationError as error:
                    self.add_error(name, error)
        return self.cleaned_data

    @transaction.atomic
    def save(self, *, now: datetime) -> MessageTemplate:
        """Make the template, or its next revision and name."""
        name, body = self.cleaned_data["name"], self.cleaned_data["body"]
        if self.template is None:
            return create_template(
                shop=self.shop,
                channel=self.channel,
                topic=self.topic,
                name=name,
                body=body,
                buttons=self.buttons(),
                now=now,
            )
        if self.template.name != name:
            self.template.name = name
            self.template.save(update_fields=["name"])
        revise_template(template=self.template, body=body, buttons=self.buttons(), now=now)
        return self.template


def wording_initial(body: str, buttons: Buttons) -> dict[str, Any]:
    """A wording as the form's first values."""
    names = [button["name"] for button in buttons if button["type"] == "WL"]
    add_channel = any(button["type"] == "AC" for button in buttons)
    return {"body": body, "add_channel": add_channel, **dict(zip(LINK_FIELDS, names, strict=False))}


def _link_field(place: int) -> forms.CharField:
    return forms.CharField(
        label=_("Button %(place)s") % {"place": place},
        required=False,
        # No maximum here: `check_buttons` says it; a box that swallows letters says nothing.
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
