"""The log-in page, as a browser sees it: proof that the browser fixture works, too."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_whoever_is_not_logged_in_gets_the_log_in_page(live: Page) -> None:
    live.goto("/accounts/login/")

    expect(live.locator("input[name=login]")).to_be_visible()
    expect(live.locator("html")).to_have_attribute("lang", "ko")
