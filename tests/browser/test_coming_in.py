"""Coming in and going out: by a link, by a password, in either language, on a small screen."""

import re

import pytest
from playwright.sync_api import Page, expect

from orders.login_links import login_link
from orders.models import User
from tests.browser.conftest import Words

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "seven-blue-notebooks"


def log_in(page: Page, email: str, password: str) -> None:
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill(email)
    page.locator("[name=password]").fill(password)
    page.locator("form[action='/accounts/login/'] button[type=submit]").click()


def log_out(page: Page, ko: Words) -> None:
    page.locator(".menu summary").click()
    page.get_by_role("button", name=ko("Log out")).click()


def test_a_link_logs_in_once_and_says_so_the_second_time(live: Page, owner: User, ko: Words):
    link = login_link(owner)
    live.goto(link)
    expect(live).to_have_url(re.compile("/$"))
    expect(live.locator(".side-foot")).to_contain_text(owner.email)
    log_out(live, ko)

    second = live.context.new_page()  # `live` itself would complain of the status
    answer = second.goto(link)
    assert answer is not None
    assert answer.status == 410
    expect(second.locator("h1")).to_have_text(ko("This link no longer works"))


def test_a_password_logs_in_and_the_log_out_ends_it(live: Page, owner: User, ko: Words):
    owner.set_password(PASSWORD)
    owner.save()
    log_in(live, owner.email, "not this one")
    expect(live.locator(".errors, [role=alert]").first).to_be_visible()
    log_in(live, owner.email, PASSWORD)
    expect(live).to_have_url(re.compile("/$"))
    expect(live.locator("h1")).to_contain_text("봄날문구")

    log_out(live, ko)
    expect(live).to_have_url(re.compile("/accounts/login/"))
    live.goto("/members/")
    expect(live).to_have_url(re.compile(r"/accounts/login/\?next=/members/"))


def test_the_language_is_switched_to_english_and_back(console: Page, ko: Words):
    console.goto("/messages/")
    expect(console.locator("h1")).to_have_text(ko("History"))
    console.locator(".menu summary").click()
    console.get_by_role("button", name="English").click()
    expect(console).to_have_url(re.compile("/messages/$"))
    expect(console.locator("h1")).to_have_text("History")
    console.locator(".menu summary").click()
    console.get_by_role("button", name="한국어").click()
    expect(console.locator("h1")).to_have_text(ko("History"))


def test_at_360_px_the_drawer_leads_on_by_keyboard_alone(console: Page, ko: Words):
    console.set_viewport_size({"width": 360, "height": 740})
    console.locator("[data-drawer]").focus()
    console.keyboard.press("Enter")
    entry = console.locator("#side").get_by_role("link", name=ko("History"))
    for _step in range(20):
        if entry.evaluate("link => link === document.activeElement"):
            break
        console.keyboard.press("Tab")
    expect(entry).to_be_focused()
    console.keyboard.press("Enter")
    expect(console).to_have_url(re.compile("/messages/$"))
    expect(console.locator("#side")).not_to_be_visible()
