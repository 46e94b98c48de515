"""axe-core finds nothing on any page, and no page is wider than a phone of 360 px."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from orders.login_links import login_link
from orders.models import User
from tests.browser.axe import NARROW, WIDE, complaints, too_wide
from tests.browser.conftest import Words
from tests.cast import logged_in
from tests.full_shop import FullShop, fill
from tests.pages import ACCOUNT, BEFORE_LOG_IN, CONSOLE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Places that look otherwise by what the address asks for.
MORE = (
    "/messages/?state=failed&period=all",
    "/messages/?period=own&start=2026-11-20&end=2026-11-19",
    "/messages/?who=nobody",
    "/members/?who=nobody",
    "/coupons/?q=nothing",
)


@pytest.fixture
def full(now: datetime, transactional_db: None) -> FullShop:
    return fill("full", now)


@pytest.fixture
def calm(live: Page) -> Page:
    """A browser in which nothing moves while it is looked at."""
    live.emulate_media(reduced_motion="reduce")
    return live


def pages_of(client: Client, paths: list[str]) -> list[str]:
    """Those that answer a GET with a page of their own."""
    return [path for path in paths if client.get(path).status_code == 200]


def look_at(page: Page, paths: list[str]) -> list[str]:
    found: list[str] = []
    for path in paths:
        page.goto(path)
        found += complaints(page, path)
    return found


def test_every_page_of_an_empty_shop_is_accessible_and_fits(calm: Page, owner: User):
    paths = [entry.path_to_nothing() for entry in CONSOLE if not entry.names_an_object]
    calm.goto(login_link(owner))
    assert look_at(calm, pages_of(logged_in(owner), paths)) == []


def test_every_page_of_a_full_shop_is_accessible_and_fits(calm: Page, full: FullShop):
    paths = [entry.path_to(full) for entry in CONSOLE]
    calm.goto(login_link(full.owner))
    assert look_at(calm, [*pages_of(logged_in(full.owner), paths), *MORE]) == []


def test_every_page_of_a_full_shop_fits_in_english_and_for_a_viewer(calm: Page, full: FullShop):
    paths = pages_of(logged_in(full.viewer), [entry.path_to(full) for entry in CONSOLE])
    calm.set_viewport_size(NARROW)
    calm.goto(login_link(full.viewer))
    calm.locator("[data-drawer]").click()
    calm.locator(".menu summary").click()
    calm.get_by_role("button", name="English").click()
    expect(calm.locator("html")).to_have_attribute("lang", "en")
    found: list[str] = []
    for path in paths:
        calm.goto(path)
        found += too_wide(calm, path)
    assert found == []


def test_the_pages_of_an_account_and_before_the_log_in_are_accessible(calm: Page, owner: User):
    stranger = calm.context.new_page()  # `live` itself would complain of a 404
    found = look_at(stranger, list(BEFORE_LOG_IN))
    calm.goto(login_link(owner))
    found += look_at(calm, list(ACCOUNT))
    assert found == []


def test_what_is_wrong_with_a_page_would_be_found(live: Page):
    live.set_content("<div style='width: 500px'><input></div>")
    found = "\n".join(complaints(live, "a bad page"))
    assert "label: <input>" in found
    assert "the page scrolls sideways" in found


def open_switch(page: Page, ko: Words) -> None:
    page.goto("/coupon-messages/")
    switch = page.locator("#coupon_issued").get_by_role("switch")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "false")
    switch.click()
    expect(page.locator("#dialog")).to_be_visible()


def open_test_send(page: Page, ko: Words) -> None:
    page.goto("/coupon-messages/")
    page.get_by_role("button", name=ko("Test send")).click()
    page.locator("#dialog").get_by_role("button", name=ko("Send the test")).click()
    expect(page.locator("#dialog [name=phone]")).to_have_attribute("aria-invalid", "true")


def open_stop(page: Page, ko: Words) -> None:
    page.goto("/settings/")
    page.get_by_role("button", name=ko("Stop all sending")).click()
    expect(page.locator("#stop-dialog")).to_be_visible()


def stop(page: Page, ko: Words) -> None:
    open_stop(page, ko)
    page.locator("#stop-dialog").get_by_role("button", name=ko("Stop all sending")).click()
    expect(page.locator("#messages .message")).to_be_visible()


def open_row(page: Page, ko: Words) -> None:
    page.goto("/messages/?period=all")
    page.locator("a.open").first.click()
    expect(page.locator("#detail-title")).to_be_focused()


def open_unmasking(page: Page, ko: Words) -> None:
    open_row(page, ko)
    page.get_by_text(ko("Show who it is")).click()
    expect(page.locator("[name=reason]")).to_be_visible()


def open_sheet(page: Page, ko: Words) -> None:
    page.goto("/messages/?state=delivered&period=all")
    page.locator("a.open").first.click()
    page.get_by_role("link", name=ko("See the phone")).click()
    page.locator(".bubble button").last.click()
    expect(page.locator(".sheet")).to_be_focused()


def break_template(page: Page, ko: Words) -> None:
    page.goto("/messages/templates/new/?channel=alimtalk")
    page.locator("#id_body").fill("#{없는말}")
    page.get_by_role("button", name=ko("Save")).click()
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()


def open_menu(page: Page, ko: Words) -> None:
    page.goto("/messages/")
    page.locator(".menu summary").click()


@pytest.mark.parametrize(
    "steps",
    [
        [open_switch, open_test_send, open_menu, break_template, stop],
        [open_row, open_unmasking, open_sheet],
    ],
    ids=["dialogs", "history"],
)
def test_what_opens_on_a_page_is_accessible_and_fits(
    calm: Page, full: FullShop, ko: Words, steps: list[Callable[[Page, Words], None]]
):
    calm.goto(login_link(full.owner))
    found: list[str] = []
    for step in steps:
        calm.set_viewport_size(WIDE)
        step(calm, ko)
        found += complaints(calm, step.__name__)
    assert found == []
