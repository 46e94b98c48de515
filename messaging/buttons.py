"""Buttons: which kinds there are, and what is wrong with them (docs "Alimtalk v2.3")."""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from messaging.models import Channel, Topic
from messaging.wording import ADD_CHANNEL_NAME, VARIABLE, VARIABLES
from orders.signs import check_line, hidden_signs
from orders.websites import check_website

Button = Mapping[str, str]

MAX_BUTTONS = 5
MAX_NAME = 14
MAX_URL = 500
# Schemes that open no app but run or read something.
_NO_APP = ("http", "https", "javascript", "data", "vbscript", "file", "blob", "about")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://\S+", re.IGNORECASE)


class Kind(models.TextChoices):
    """What a button does."""

    ADD_CHANNEL = "AC", gettext_lazy("Add the channel")
    LINK = "WL", gettext_lazy("Open a page")
    APP = "AL", gettext_lazy("Open an app")
    DELIVERY = "DS", gettext_lazy("Track the delivery")
    BOT = "BK", gettext_lazy("Send the bot a word")
    MESSAGE = "MD", gettext_lazy("Send this message on")


# What each channel can show. Push opens one page at a tap, text and inbox hold links in words.
KINDS: Mapping[Channel, Sequence[Kind]] = {
    Channel.ALIMTALK: tuple(Kind),
    Channel.EMAIL: (Kind.LINK,),
}


def check_buttons(
    buttons: Sequence[Button],
    *,
    channel: Channel = Channel.ALIMTALK,
    topic: Topic = Topic.COUPON,
) -> None:
    """Refuse buttons that the channel would; the error lists all that is wrong with them."""
    errors = []
    if buttons and channel not in KINDS:
        errors.append(_("This channel has no buttons."))
    elif len(buttons) > MAX_BUTTONS:
        errors.append(_("A message has at most %(most)s buttons.") % {"most": MAX_BUTTONS})
    if any(button["type"] == Kind.ADD_CHANNEL for button in buttons[1:]):
        errors.append(_("The button that adds the channel comes first, and only once."))
    for button in buttons[: MAX_BUTTONS + 1]:
        for found in wrong_with(button, channel=channel, topic=topic).values():
            errors += found
    if errors:
        raise ValidationError(errors)


def wrong_with(button: Button, *, channel: Channel, topic: Topic) -> dict[str, list[str]]:
    """What is wrong with one button, by field: type, name, url, ios, android."""
    kind = button["type"]
    wrong: dict[str, list[str]] = {}
    if kind not in KINDS.get(channel, ()):
        wrong["type"] = [_("This channel has no such button.")]
    if kind == Kind.ADD_CHANNEL:
        return wrong
    wrong["name"] = _wrong_name(button.get("name", "").strip())
    if kind == Kind.LINK and button.get("url"):
        wrong["url"] = _wrong_url(button["url"], topic)
    if kind == Kind.APP:
        for field in ("ios", "android"):
            wrong[field] = _wrong_scheme(button.get(field, ""))
    return {field: found for field, found in wrong.items() if found}


def _wrong_name(name: str) -> list[str]:
    if not 0 < len(name) <= MAX_NAME:
        return [_("A button's name has 1 to %(most)s characters.") % {"most": MAX_NAME}]
    errors = []
    if "#{" in name:
        errors.append(_("A button's name can't hold a variable."))
    if name.replace(" ", "") == ADD_CHANNEL_NAME.replace(" ", ""):
        errors.append(_("Only KakaoTalk's own button may have this name."))
    try:
        check_line(name)
    except ValidationError as error:
        errors += error.messages
    return errors


def _wrong_url(url: str, topic: Topic) -> list[str]:
    if len(url) > MAX_URL:
        return [_("An address has at most %(most)s characters.") % {"most": MAX_URL}]
    unknown = [name for name in VARIABLE.findall(url) if name not in VARIABLES[topic]]
    if unknown:
        return [_("There is no variable #{%(name)s}.") % {"name": unknown[0]}]
    try:
        check_website(VARIABLE.sub("x", url))
    except ValidationError as error:
        return error.messages
    if urlsplit(url.split("#{")[0]).netloc != urlsplit(VARIABLE.sub("x", url)).netloc:
        return [_("The name of the site can't hold a variable.")]
    return []


def _wrong_scheme(scheme: str) -> list[str]:
    if not scheme:
        return [_("Say what opens the app on this kind of phone, such as shop://coupons.")]
    if len(scheme) > MAX_URL:
        return [_("An address has at most %(most)s characters.") % {"most": MAX_URL}]
    found = _SCHEME.fullmatch(scheme)
    if not found or found[1].lower() in _NO_APP or hidden_signs(scheme) or "#{" in scheme:
        return [_("An app's address looks like shop://coupons.")]
    return []
