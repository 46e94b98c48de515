"""What only a browser can tell of the shell: the drawer by keyboard, the language, asking first."""

import re

import pytest
from playwright.sync_api import Page, expect

from orders.login_links import login_link
from orders.models import Role, User
from tests.factories import MembershipFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def console(live: Page, settings, live_server) -> Page:
    """An owner's browser, logged in by a link, on a page of the console."""
    settings.BASE_URL = live_server.url
    user = User.objects.create_user("owner@example.com")
    MembershipFactory(user=user, role=Role.OWNER)
    live.goto(login_link(user))
    live.goto("/coupons/")
    return live


def test_the_drawer_opens_and_closes_by_keyboard(console: Page):
    console.set_viewport_size({"width": 360, "height": 740})
    button = console.locator("[data-drawer]")
    expect(console.locator("#side")).not_to_be_visible()
    button.focus()
    console.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(console.locator("#side a").first).to_be_focused()
    console.keyboard.press("Escape")
    expect(console.locator("#side")).not_to_be_visible()
    expect(button).to_be_focused()


def test_the_first_tab_leads_past_the_menu(console: Page):
    console.keyboard.press("Tab")
    expect(console.locator(".skip")).to_be_focused()
    console.keyboard.press("Enter")
    expect(console).to_have_url(re.compile("#page$"))


def test_the_language_is_switched_in_place(console: Page):
    expect(console.locator("html")).to_have_attribute("lang", "ko")
    console.locator(".menu summary").click()
    console.get_by_role("button", name="English").click()
    expect(console.locator("html")).to_have_attribute("lang", "en")
    expect(console).to_have_url(re.compile("/coupons/$"))


def test_a_failing_server_is_spoken_of(console: Page):
    console.evaluate("document.dispatchEvent(new CustomEvent('htmx:sendError'))")
    expect(console.locator("#messages .message.error")).to_be_visible()
    console.locator("#messages [data-dismiss]").click()
    expect(console.locator("#messages .message")).to_have_count(0)
