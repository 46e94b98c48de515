"""What an e-mail says, as text and as HTML. A merchant's text stays text: nothing in it is markup.

Advertising says at its end how to refuse more of it, for nothing and in the shop's language; in
Korea in English too, as the decree on the law on advertising asks of e-mail.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import NamedTuple

from css_inline import CSSInliner
from django.template.loader import render_to_string

_TEMPLATE = "email/letter.html"
# What a batch's letters say alike.
_escaped = lru_cache(maxsize=1024)(escape)
_PLACE = re.compile(r"\[\[(\w+)\]\]")


class Sentence(NamedTuple):
    """How to refuse: what is said, and the words that are the link."""

    words: str
    link: str


@dataclass(frozen=True, slots=True)
class Words:
    """What a country's letters say beside the message."""

    lang: str
    refusing: tuple[Sentence, ...]


_ENGLISH = Sentence("If you do not want such letters any more,", "unsubscribe here")
_KOREA = Words("ko", (Sentence("이런 메일을 더 받고 싶지 않으시면", "수신거부"), _ENGLISH))
_JAPAN = Words("ja", (Sentence("今後このようなメールをご希望でない場合は", "配信停止"),))


def words_of(country: str) -> Words:
    """A country's, by its code; Korea's where it is not known."""
    return _JAPAN if country == "JP" else _KOREA


@dataclass(frozen=True, slots=True)
class Frame:
    """The HTML around messages, to be filled in with `%`: the whole, a button, how to refuse."""

    page: str
    button: str
    refusing: str


@lru_cache
def frame(country: str) -> Frame:
    """A country's frame, its styles in the elements: made once a process."""
    inliner = CSSInliner(load_remote_stylesheets=False)
    rendered = render_to_string(_TEMPLATE, {"words": words_of(country)})
    page = inliner.inline(rendered.strip()).replace("%", "%%")
    page, button = _cut_out(page, "buttons")
    page, refusing = _cut_out(page, "refusing")
    return Frame(*(_PLACE.sub(r"%(\1)s", each) for each in (page, button, refusing)))


def _cut_out(page: str, name: str) -> tuple[str, str]:
    """The page with a place where that part was, and the part."""
    before, _start, rest = page.partition(f"[[{name}]]")
    part, _end, after = rest.partition(f"[[/{name}]]")
    return f"{before}[[{name}]]{after}", part


class Message(NamedTuple):
    """What is a message's own; `buttons` are pairs of name and address."""

    title: str
    text: str
    buttons: Sequence[tuple[str, str]]
    opt_out: str


@dataclass(frozen=True, slots=True)
class Style:
    """What all letters of a batch have in common."""

    shop: str
    contact: str
    country: str

    @property
    def _sender(self) -> list[str]:
        """Whose letter it is, line by line."""
        return [self.shop, self.contact] if self.contact else [self.shop]

    def text(self, message: Message) -> str:
        """A letter as plain text."""
        lines = [message.text, ""]
        lines += [f"{name}: {url}" for name, url in message.buttons]
        lines += ["", "-- ", *self._sender]
        if message.opt_out:
            lines += [
                f"{sentence.words} {sentence.link}: {message.opt_out}"
                for sentence in words_of(self.country).refusing
            ]
        return "\n".join(lines) + "\n"

    def html(self, message: Message) -> str:
        """A letter as a page."""
        own = frame(self.country)
        buttons = [
            own.button % {"name": _escaped(name), "url": escape(url)}
            for name, url in message.buttons
        ]
        refusing = own.refusing % {"opt_out": escape(message.opt_out)} if message.opt_out else ""
        return own.page % {
            "title": _escaped(message.title),
            "shop": _escaped(self.shop),
            "text": escape(message.text).replace("\n", "<br>\n"),
            "buttons": "".join(buttons),
            "sender": "<br>\n".join(map(_escaped, self._sender)),
            "refusing": refusing,
        }
