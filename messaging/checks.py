"""What is wrong with wording, in the words of whoever writes it.

Alimtalk: Kakao's template rules. Text: KISA's and the carriers' (90 and 2,000 bytes of CP949).
Push: Firebase's 4,096 bytes. What a variable may become counts with the most that it can be
(`Variable.most`), so that wording which passes here passes for every customer.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from messaging.buttons import Button, Kind, check_buttons
from messaging.fakes import faked_mark, faked_refusal
from messaging.lengths import MOST_LMS, MOST_LMS_TITLE, cp949_bytes, not_in_cp949
from messaging.marks import is_marked, is_named
from messaging.models import Channel, Purpose, Topic
from messaging.wording import LINK, VARIABLE, VARIABLES
from orders.models import Country
from orders.signs import check_line, hidden_signs, unseen

MAX_BODY = 1000  # characters of an Alimtalk
ADDED = 40  # of them that KakaoTalk's own words about adding the channel take
MAX_VARIABLES = 40
MOST_LETTER = 20_000  # characters
MOST_TITLE = 120
# Of Firebase's 4,096 bytes; the rest is for the app's token, the link, and the frame around.
MOST_PUSH = 3000
MOST_NOTE = 2000  # characters
# The law's own words in advertising (`messaging/marks.py`), at their longest.
MARKS = "(광고) #{상점명}\n무료수신거부 080-0000-0000\n"
# Nothing is longer; what is, is neither looked at nor shown.
MOST_TYPED = MOST_LETTER

_BASIS_LINE = re.compile(r"^\s*(?:※\s*)?#\{지급근거\}\s*$", re.MULTILINE)

Errors = list[str]


@dataclass(frozen=True, slots=True)
class Worded:
    """Wording as it is typed, with what it is for.

    `shop` is its name and `opt_out_number` its own; both are empty where there is none.
    """

    channel: Channel
    topic: Topic
    body: str
    purpose: Purpose = Purpose.INFORMATION
    title: str = ""
    fallback: str = ""
    buttons: Sequence[Button] = field(default_factory=tuple)
    country: Country = Country.KOREA
    shop: str = ""
    opt_out_number: str = ""


def check(worded: Worded) -> None:
    """Refuse wording that could not be sent. Raises ValidationError with all errors by field."""
    errors: dict[str, Errors] = {
        "purpose": _wrong_purpose(worded),
        "title": wrong_title(worded),
        "body": wrong_body(worded),
        "fallback": wrong_fallback(worded),
    }
    try:
        check_buttons(worded.buttons, channel=worded.channel, topic=worded.topic)
    except ValidationError as error:
        errors["buttons"] = error.messages
    if found := {name: texts for name, texts in errors.items() if texts}:
        raise ValidationError(found)


def informs_only(channel: Channel, topic: Topic) -> bool:
    """Whether there is no such template for advertising (F3)."""
    return channel == Channel.ALIMTALK or topic == Topic.CONSENT


def variables_of(channel: Channel, topic: Topic) -> list[str]:
    """What may be filled in on this channel. An Alimtalk's links are its buttons alone."""
    names = list(VARIABLES[topic])
    linked = channel in (Channel.TEXT, Channel.EMAIL, Channel.PUSH)
    return [name for name in names if linked or name != LINK.name]


def wrong_title(worded: Worded) -> Errors:
    """What is wrong with the title."""
    title = worded.title
    if len(title) > MOST_TITLE:
        told = _("The title has %(length)s characters; %(most)s are the most.")
        return [told % {"length": len(title), "most": MOST_TITLE}]
    if worded.channel == Channel.ALIMTALK:
        return [_("An Alimtalk has no title.")] if title else []
    if unseen(title):
        return [] if worded.channel == Channel.TEXT else [_("Give it a title.")]
    errors = _wrong_line(title)
    if worded.channel == Channel.TEXT:
        errors += _wrong_lms_title(title) + _wrong_carried(title, worded)
        return errors + _wrong_marks(title, worded)
    errors += _wrong_variables(title, worded.channel, worded.topic)
    return errors + _wrong_marks(title, worded)


def wrong_body(worded: Worded) -> Errors:
    """What is wrong with the text itself."""
    body = worded.body
    if len(body) > MOST_TYPED:
        return [_too_long(len(body), most_characters(worded))]
    if unseen(body):
        return [_("Write what the message should say.")]
    errors = _wrong_signs(body) + _wrong_variables(body, worded.channel, worded.topic)
    errors += _wrong_carried(body, worded)
    errors += _wrong_marks(body, worded) + _wrong_length(worded)
    if (worded.channel, worded.topic) == (Channel.ALIMTALK, Topic.COUPON) and not (
        _BASIS_LINE.search(body)
    ):
        errors.append(
            _("A coupon Alimtalk must hold #{지급근거} on a line of its own: Kakao asks for it.")
        )
    return errors


def wrong_fallback(worded: Worded) -> Errors:
    """What is wrong with the text that is sent where an Alimtalk fails; it is a text itself."""
    if not worded.fallback:
        return []
    if worded.channel != Channel.ALIMTALK:
        return [_("Only an Alimtalk has a text that stands in for it.")]
    return wrong_body(
        replace(worded, channel=Channel.TEXT, purpose=Purpose.INFORMATION, body=worded.fallback)
    )


def most_characters(worded: Worded) -> int:
    """How much the text holds, in the channel's own unit (see `length`)."""
    adds_channel = any(button["type"] == Kind.ADD_CHANNEL for button in worded.buttons)
    return {
        Channel.ALIMTALK: MAX_BODY - ADDED if adds_channel else MAX_BODY,
        Channel.TEXT: MOST_LMS,
        Channel.EMAIL: MOST_LETTER,
        Channel.PUSH: MOST_PUSH,
        Channel.INBOX: MOST_NOTE,
    }[worded.channel]


def length(text: str, channel: Channel) -> int:
    """A finished text's length as the channel counts it."""
    if channel == Channel.TEXT:
        return cp949_bytes(text)
    if channel == Channel.PUSH:
        return len(text.encode("utf-8", "replace"))
    return len(text)


def longest(text: str, channel: Channel, topic: Topic) -> int:
    """The length of a text where every variable is as long as it can be."""
    unit = {Channel.TEXT: 2, Channel.PUSH: 3}.get(channel, 1)
    known = VARIABLES[topic]
    names = [name for name in VARIABLE.findall(text) if name in known]
    return length(VARIABLE.sub("", text), channel) + unit * sum(known[n].most for n in names)


def _wrong_purpose(worded: Worded) -> Errors:
    if worded.purpose == Purpose.INFORMATION or not informs_only(worded.channel, worded.topic):
        return []
    return [
        _(
            "That can't be: Alimtalk and consent notices carry information only. For advertising"
            " choose text, e-mail or push."
        )
    ]


def _wrong_length(worded: Worded) -> Errors:
    most, channel = most_characters(worded), worded.channel
    said = worded.title + worded.body if channel == Channel.PUSH else worded.body
    typed = length(said, channel)
    if worded.purpose == Purpose.ADVERTISING and channel != Channel.EMAIL:
        said += MARKS
    at_most = longest(said, channel, worded.topic)
    tell: dict[Channel, Callable[[int, int], str]] = {
        Channel.TEXT: _too_many_bytes,
        Channel.PUSH: _too_many_bytes,
    }
    if typed > most:
        return [tell.get(channel, _too_long)(typed, most)]
    if at_most > most:
        return [_may_grow(at_most, most)]
    return []


def _too_long(typed: int, most: int) -> str:
    return _("The text has %(length)s characters; %(most)s are the most.") % {
        "length": typed,
        "most": most,
    }


def _too_many_bytes(typed: int, most: int) -> str:
    return _("The text has %(length)s bytes; %(most)s are the most.") % {
        "length": typed,
        "most": most,
    }


def _may_grow(at_most: int, most: int) -> str:
    return _(
        "With the longest names and values it could become %(length)s long; %(most)s are the most."
        " Shorten it, or take out a variable."
    ) % {"length": at_most, "most": most}


def _wrong_line(title: str) -> Errors:
    try:
        check_line(title)
    except ValidationError as error:
        return error.messages
    return []


def _wrong_signs(text: str) -> Errors:
    signs = hidden_signs(text)
    if not signs:
        return []
    return [
        _(
            "The text holds a sign that nobody can see, such as a tab, or one that turns the text"
            " (%(signs)s). Take it out."
        )
        % {"signs": ", ".join(signs)}
    ]


def _wrong_variables(text: str, channel: Channel, topic: Topic) -> Errors:
    known, errors = variables_of(channel, topic), []
    found = VARIABLE.findall(text)
    if unknown := [name for name in dict.fromkeys(found) if name not in known]:
        errors.append(
            _("There is no variable %(names)s. You can use: %(known)s")
            % {
                "names": ", ".join(f"#{{{name[:40]}}}" for name in unknown[:5]),
                "known": " ".join(f"#{{{name}}}" for name in known),
            }
        )
    if len(found) > MAX_VARIABLES:
        errors.append(_("A text has at most %(most)s variables.") % {"most": MAX_VARIABLES})
    if "#{" in VARIABLE.sub("", text):
        errors.append(_("A variable is opened with #{ and not closed."))
    return errors


def _wrong_carried(text: str, worded: Worded) -> Errors:
    """What Korea's carriers lose on the way."""
    if (worded.channel, worded.country) != (Channel.TEXT, Country.KOREA):
        return []
    if not (signs := not_in_cp949(text)):
        return []
    told = _("A text message can't hold %(signs)s. Take out emoji and rare signs.")
    return [told % {"signs": " ".join(signs)}]


def _wrong_lms_title(title: str) -> Errors:
    errors = []
    if "#{" in title:
        errors.append(_("The title of a text message can't hold a variable."))
    if (typed := cp949_bytes(title)) > MOST_LMS_TITLE:
        told = _("The title has %(length)s bytes; %(most)s are the most.")
        errors.append(told % {"length": typed, "most": MOST_LMS_TITLE})
    return errors


def _wrong_marks(text: str, worded: Worded) -> Errors:
    """The law's own words stand unaltered, and on advertising only (정보통신망법 제50조)."""
    errors = []
    if faked_mark(text, worded.shop):
        errors.append(
            _("The mark of advertising is (광고), unaltered. Leave it out: it is put in by itself.")
        )
    elif worded.purpose == Purpose.INFORMATION and is_marked(text):
        errors.append(
            _("Information does not begin with (광고). Make it a template for advertising.")
        )
    elif worded.channel != Channel.EMAIL and worded.shop and is_named(text, worded.shop):
        errors.append(_("Your shop's name is put in behind (광고) by itself. Leave both out."))
    if number := faked_refusal(text, worded.opt_out_number):
        told = _(
            "People refuse advertising at your shop's own 080 number, and %(number)s is not it."
            " Leave it out: your own is put in by itself."
        )
        errors.append(told % {"number": number})
    return errors
