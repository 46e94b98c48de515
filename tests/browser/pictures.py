"""Takes the pictures of the documents, from a demo shop as `make demo` fills it.

Not collected with the tests; run it by name when pages have changed:

    .venv/bin/pytest -m browser tests/browser/pictures.py
"""

from datetime import datetime
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, ViewportSize, expect

from crm import demo
from crm.schedules import run_due
from messaging.dispatch import dispatch
from messaging.models import Message
from orders.login_links import login_link
from orders.models import User
from tests.browser.axe import NARROW
from tests.browser.conftest import Words
from tests.browser.first_message import CLICKS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"
LARGEST = 250_000  # bytes
WIDE = ViewportSize(width=1360, height=860)
SMALL = ViewportSize(width=900, height=640)


@pytest.fixture
def visitor(live: Page, now: datetime, transactional_db: None) -> User:
    """The demo shop's owner, its workers awake."""
    live.emulate_media(reduced_motion="reduce")
    owner = demo.fill(now)
    run_due(now=timezone.now())
    dispatch(now=timezone.now())
    return owner


def take(page: Page, name: str) -> None:
    page.wait_for_function("() => !document.querySelector('.htmx-request')")
    page.evaluate("() => document.fonts.ready")
    page.wait_for_function("() => !document.getAnimations().length")
    path = PICTURES / f"{name}.png"
    page.screenshot(path=path)
    assert path.stat().st_size <= LARGEST, path


def test_the_pages_of_the_readme(live: Page, visitor: User, ko: Words):
    live.set_viewport_size(WIDE)
    live.goto(login_link(visitor))
    take(live, "home")
    live.goto("/coupon-messages/")
    expect(live.locator("#coupon_expiring .forecast .counted")).to_be_visible()
    take(live, "coupon-messages")
    live.goto("/messages/?period=30d")
    live.locator("tr", has_text=ko("Delivered")).first.locator("a.open").click()
    expect(live.locator("#detail-title")).to_be_focused()
    take(live, "history")
    live.goto(f"/messages/phone/{_much_written_to()}/")
    take(live, "phone")
    live.set_viewport_size(NARROW)
    live.goto("/")
    take(live, "home-360")
    live.goto("/messages/?period=30d")
    take(live, "history-360")


def _much_written_to() -> int:
    """A customer with some bubbles on the phone."""
    by_customer: dict[int, int] = {}
    for customer in Message.objects.exclude(address="").values_list("customer_id", flat=True):
        by_customer[customer] = by_customer.get(customer, 0) + 1
    return max(by_customer, key=lambda customer: (by_customer[customer], -customer))


def test_the_way_to_the_first_message(live: Page, visitor: User, ko: Words):
    live.set_viewport_size(SMALL)
    live.goto(login_link(visitor))
    take(live, "first-message/1-home")
    for click in CLICKS:
        click.do(live, ko)
        take(live, f"first-message/{click.picture}")
