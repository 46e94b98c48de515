"""From the log-in link to the first own message on the phone: the way that the README shows.

One list of steps, each a click: a test walks it and counts, `pictures.py` takes a picture of each.
"""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.browser.conftest import Words
from tests.browser.workers import work_the_queue

OWN_PHONE = "010-0000-1234"


@dataclass(frozen=True)
class Click:
    """One click: what is clicked, and what is there afterwards."""

    picture: str
    do: Callable[[Page, Words], None]


def open_coupon_messages(page: Page, ko: Words) -> None:
    page.locator(".actions").get_by_role("link", name=ko("Coupon messages")).click()
    expect(
        page.locator("#coupon_issued .counted, #coupon_issued .forecast .hint").first
    ).to_be_visible()


def open_test_send(page: Page, ko: Words) -> None:
    page.get_by_role("button", name=ko("Test send")).click()
    expect(page.locator("#dialog [name=phone]")).to_be_visible()
    page.locator("#dialog [name=phone]").fill(OWN_PHONE)


def send(page: Page, ko: Words) -> None:
    page.locator("#dialog").get_by_role("button", name=ko("Send the test")).click()
    expect(page.locator("#dialog")).to_contain_text(ko("On its way …"))
    work_the_queue()
    expect(page.locator("#dialog")).to_contain_text(ko("It has arrived."))


def see_the_phone(page: Page, ko: Words) -> None:
    page.locator("#dialog").get_by_role("link", name=ko("See it on the phone")).click()
    expect(page.locator(".bubble")).to_be_visible()


def tap(page: Page, ko: Words) -> None:
    page.locator(".bubble button").last.click()
    expect(page.locator(".sheet")).to_be_visible()


# The first click is the log-in link itself.
CLICKS = [
    Click("2-coupon-messages", open_coupon_messages),
    Click("3-test-send", open_test_send),
    Click("4-arrived", send),
    Click("5-phone", see_the_phone),
    Click("6-tap", tap),
]
