"""Following a message's link: where it leads, and whether somebody's tap is counted (F7).

A row a message, place and minute at most: a double tap is one tap, and holding a link down fills
no table. Two that come in the same instant may both be counted; nobody is charged by them.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Exists

from messaging.links import read_token
from messaging.models import Message, Tap

AT_MOST_EVERY = timedelta(minutes=1)
# Who opens links that nobody tapped, as their User-Agent says, and what for.
ROBOTS = (
    "kakaotalk-scrap",  # KakaoTalk's preview, one for each link that arrives in a chat
    "facebookexternalhit",  # previews of Facebook, Messenger, Instagram, LINE and iMessage
    "line-poker",  # LINE's preview
    "slack",  # Slackbot-LinkExpanding, Slack-ImgProxy
    "telegrambot",  # Telegram's preview
    "twitterbot",  # X's preview
    "discordbot",  # Discord's preview
    "whatsapp",  # WhatsApp's preview; its browser is the phone's own
    "skypeuripreview",  # Skype and Teams
    "linkedinbot",  # LinkedIn's preview
    "bingpreview",  # Outlook's Safe Links looks at pages as this
    "googleimageproxy",  # Gmail fetches pictures, and what looks like one
    "yeti",  # Naver's robot; naver.me previews
    "daum",  # Daum's robot, also for Kakao's mail
    "+http",  # by custom a robot says where to read about it; no browser does
    "crawler",
    "spider",
    "headlesschrome",  # what opens links in mail to look for harm
    "python-",  # requests, urllib, aiohttp: a program, nobody's hand
    "curl/",
    "wget/",
    "go-http-client",
    "java/",
    "okhttp",  # apps that look at a link before showing it
)
_ROBOT = re.compile("|".join(map(re.escape, ROBOTS)), re.IGNORECASE)
# Browsers that open a page before anybody asked for it say so in one of these.
_AHEAD = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")


def is_tap(method: str, headers: Mapping[str, str]) -> bool:
    """Whether a person opened the link: no HEAD, no page opened ahead, no robot.

    A request without a User-Agent is no browser's.
    """
    ahead = any(_opens_ahead(headers.get(name, "")) for name in _AHEAD)
    agent = headers.get("User-Agent", "")
    return method == "GET" and not ahead and bool(agent) and not _ROBOT.search(agent)


def _opens_ahead(purpose: str) -> bool:
    purpose = purpose.lower()
    return any(word in purpose for word in ("prefetch", "preview", "prerender"))


def follow(*, token: str, tapped: bool, now: datetime) -> str:
    """Where the token's link leads; empty where it leads nowhere. Counts what was `tapped`.

    Only what the merchant saved for this message: its own URL, or its button's. One query, and one
    insert for what counts. A test's taps don't.
    """
    read = read_token(token)
    found = _look_up(*read, now=now) if read else None
    if read is None or found is None:
        return ""
    message_id, place = read
    url = _target(found, place)
    if url and tapped and not found["batch__run__is_test"] and not found["just_tapped"]:
        Tap.objects.create(message_id=message_id, shop_id=found["shop_id"], link=place, at=now)
    return url


def _look_up(message_id: int, place: int, *, now: datetime) -> dict[str, Any] | None:
    taps = Tap.objects.filter(message_id=message_id, link=place, at__gt=now - AT_MOST_EVERY)
    found: dict[str, Any] | None = (
        Message.objects.filter(pk=message_id)
        .annotate(just_tapped=Exists(taps))
        .values(
            *("shop_id", "url", "just_tapped"),
            *("batch__run__is_test", "batch__revision__buttons"),
        )
        .first()
    )
    return found


def _target(found: Mapping[str, Any], place: int) -> str:
    if place == 0:
        return safe_url(found["url"])
    buttons = found["batch__revision__buttons"] or []
    return safe_url(buttons[place - 1].get("url", "")) if place <= len(buttons) else ""


def safe_url(url: str) -> str:
    """The address, if it is a whole one of the web; else nothing."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.hostname else ""
