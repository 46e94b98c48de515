"""A new user's way to the first own message: at most eight clicks, written down with pictures."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from messaging.models import Message
from orders.login_links import login_link
from orders.models import User
from tests.browser.conftest import Words
from tests.browser.first_message import CLICKS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DOCS = Path(__file__).resolve().parents[2] / "docs"
MOST_CLICKS = 8
COUNT = """addEventListener(
    "click", (event) => event.isTrusted && event.detail && countClick(), true
)"""


def test_the_first_own_message_is_at_most_eight_clicks_away(live: Page, owner: User, ko: Words):
    clicks = ["the log-in link"]
    live.expose_function("countClick", lambda: clicks.append("on a page"))
    live.add_init_script(COUNT)
    live.goto(login_link(owner))
    for click in CLICKS:
        click.do(live, ko)
    expect(live.locator(".arrival .tag")).to_have_text(ko("Test"))
    assert Message.objects.get().address == "+821000001234"
    assert len(clicks) == len(CLICKS) + 1 <= MOST_CLICKS


def test_the_written_way_has_these_clicks_each_with_its_picture():
    text = (DOCS / "first-message.md").read_text()
    steps = re.findall(r"^(\d+)\. ", text, re.MULTILINE)
    pictures = re.findall(r"\]\((pictures/first-message/[^)]+)\)", text)
    assert [int(step) for step in steps] == list(range(1, len(CLICKS) + 2))
    assert [Path(picture).stem for picture in pictures] == [
        "1-home",
        *(click.picture for click in CLICKS),
    ]
    assert all((DOCS / picture).exists() for picture in pictures)
