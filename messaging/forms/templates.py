"""The form on which a template is worded."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from messaging.buttons import MAX_BUTTONS, Kind
from messaging.checks import (
    MOST_TYPED,
    Worded,
    informs_only,
    wrong_body,
    wrong_fallback,
    wrong_title,
)
from messaging.forms.buttons import button_forms
from messaging.models import Channel, MessageTemplate, Purpose, TemplateRevision, Topic
from messaging.templates import Buttons, create_template, revise_template, told_of
from messaging.wording import tidy
from orders.models import Shop
from orders.signs import check_line

HAS_TITLE = frozenset(Channel) - {Channel.ALIMTALK}


@dataclass(frozen=True, slots=True)
class What:
    """What a template is for: chosen first, and never changed."""

    channel: Channel = Channel.ALIMTALK
    purpose: Purpose = Purpose.INFORMATION
    topic: Topic = Topic.COUPON

    @classmethod
    def of(cls, template: MessageTemplate) -> "What":
        """An existing template's."""
        channel, purpose = Channel(template.channel), Purpose(template.purpose)
        return cls(channel, purpose, Topic(template.topic))

    @property
    def advertises(self) -> bool:
        """Whether the law on advertising holds."""
        return self.purpose == Purpose.ADVERTISING

    @property
    def makes_sense(self) -> bool:
        """Whether there are such templates: Alimtalk and consents carry information only (F3)."""
        return not (self.advertises and informs_only(self.channel, self.topic))


def read_what(asked: Mapping[str, Any]) -> What:
    """What a request asks for; Alimtalk about coupons where it says nothing.

    Raises ValueError for what does not exist.
    """
    plain = What()
    return What(
        Channel(asked.get("channel") or plain.channel),
        Purpose(asked.get("purpose") or plain.purpose),
        Topic(asked.get("topic") or plain.topic),
    )


class TemplateForm(forms.Form):
    """Name, title, text and buttons. All that is wrong stands at its field, while typing too."""

    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        validators=[check_line],
        help_text=_("Only you see it: coupons and settings choose templates by it."),
    )
    title = forms.CharField(label=_("Title"), required=False)
    body = forms.CharField(
        label=_("Text"),
        strip=False,
        required=False,  # `wrong_body` says it in our words
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
    )
    add_channel = forms.BooleanField(
        label=_("“채널 추가” button first"),
        required=False,
        help_text=_("KakaoTalk shows it to those who are not your channel's friends yet."),
    )
    fallback = forms.CharField(
        label=_("Text message where the Alimtalk fails"),
        strip=False,
        required=False,
        help_text=_("It goes to those whom the Alimtalk does not reach."),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        shop: Shop,
        what: What | None = None,
        template: MessageTemplate | None = None,
        wording: TemplateRevision | None = None,
        editable: bool = True,
    ) -> None:
        """A form for a template of the shop, or a new one; it starts from `wording`."""
        cut, self.too_long = _cut(data)
        super().__init__(cut)
        self.shop, self.template = shop, template
        self.told = told_of(shop)
        self.what = What.of(template) if template else what or What()
        buttons: Buttons = []
        if wording:
            buttons = wording.buttons
            self.initial = _initial(wording)
        if template:
            self.initial["name"] = template.name
        self._drop_fields()
        self.rows = button_forms(
            cut,
            channel=self.what.channel,
            topic=self.what.topic,
            buttons=list(buttons),
            editable=editable,
        )
        for field in self.fields.values():
            field.disabled = not editable

    def _drop_fields(self) -> None:
        """Only what the channel has."""
        if self.what.channel == Channel.ALIMTALK:
            del self.fields["title"]
        else:
            del self.fields["add_channel"], self.fields["fallback"]
        if self.what.channel == Channel.TEXT:
            self.fields["title"].help_text = _("Optional; only a long message (LMS) shows it.")

    def buttons(self) -> Buttons:
        """The buttons as typed, right or wrong, the one that adds the channel first."""
        adds = "add_channel" in self.fields and self["add_channel"].value()
        first: Buttons = [{"type": Kind.ADD_CHANNEL.value}] if adds else []
        return first + [button for row in self.rows if (button := row.typed())]

    def worded(self) -> Worded:
        """The wording as typed, right or wrong."""
        return Worded(
            channel=self.what.channel,
            topic=self.what.topic,
            purpose=self.what.purpose,
            title=self.typed("title").strip(),
            body=tidy(self.typed("body")),
            fallback=tidy(self.typed("fallback")),
            buttons=self.buttons(),
            **self.told,
        )

    def typed(self, name: str) -> str:
        """A field as it is typed; empty where the channel has none."""
        return str(self[name].value() or "") if name in self.fields else ""

    def clean_name(self) -> str:
        """No two templates of a shop have one name."""
        name: str = self.cleaned_data["name"]
        others = MessageTemplate.objects.for_shop(self.shop).filter(name=name)
        if self.template:
            others = others.exclude(pk=self.template.pk)
        if others.exists():
            raise ValidationError(_("Another template already has this name."))
        return name

    def clean(self) -> dict[str, Any]:
        """Only what could be sent, each error at its own field (A9, F3)."""
        for name in self.too_long:
            if name in self.fields:
                self.add_error(name, _("It is far too long; the end was cut off."))
        worded = self.worded()
        checks = {"title": wrong_title, "body": wrong_body, "fallback": wrong_fallback}
        for name, check in checks.items():
            if name in self.fields and name not in self.errors and (wrong := check(worded)):
                self.add_error(name, ValidationError(wrong))
        if len(worded.buttons) > MAX_BUTTONS:
            last = [row for row in self.rows if row.typed()][-1]
            last.full_clean()
            last.add_error(
                "name", _("A message has at most %(most)s buttons.") % {"most": MAX_BUTTONS}
            )
        return self.cleaned_data

    def is_valid(self) -> bool:
        """Whether it could be sent, every row of it."""
        rows = [row.is_valid() for row in self.rows]
        valid = super().is_valid()
        return valid and all(rows) and not any(row.errors for row in self.rows)

    @transaction.atomic
    def save(self, *, now: datetime) -> MessageTemplate:
        """Make the template, or its next revision and name."""
        worded, name = self.worded(), self.cleaned_data["name"]
        wording: dict[str, Any] = {
            "title": worded.title,
            "body": worded.body,
            "fallback": worded.fallback,
            "buttons": self.buttons(),
            "now": now,
        }
        if self.template is None:
            wording |= {"channel": self.what.channel, "purpose": self.what.purpose}
            return create_template(shop=self.shop, name=name, topic=self.what.topic, **wording)
        if self.template.name != name:
            self.template.name = name
            self.template.save(update_fields=["name"])
        revise_template(template=self.template, **wording)
        return self.template


def _initial(wording: TemplateRevision) -> dict[str, Any]:
    add_channel = any(button["type"] == Kind.ADD_CHANNEL for button in wording.buttons)
    return {
        "title": wording.title,
        "body": wording.body,
        "fallback": wording.fallback,
        "add_channel": add_channel,
    }


def _cut(data: QueryDict | None) -> tuple[QueryDict | None, list[str]]:
    """What was typed, without the end of what nobody types; and where that was."""
    if data is None:
        return None, []
    long = [name for name in data if len(data[name]) > MOST_TYPED]
    if not long:
        return data, []
    cut = data.copy()
    for name in long:
        cut[name] = str(cut[name])[:MOST_TYPED]
    return cut, long
