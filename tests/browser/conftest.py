"""A shop with an owner in front of a browser, and a queue that is worked when a test says so."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from django.utils import timezone, translation
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from crm.shops import add_owner, create_shop
from orders.login_links import login_link
from orders.models import Country, Shop, User

Words = Callable[[str], str]


@pytest.fixture(autouse=True)
def _address(settings, live_server: LiveServer) -> None:
    settings.BASE_URL = live_server.url


@pytest.fixture
def now() -> datetime:
    """The server's pages look at the real clock, so rows are made around it."""
    return timezone.now()


@pytest.fixture
def shop(now: datetime, transactional_db: None) -> Shop:
    """A shop as it is on its first day: nothing in it but templates and the built-in phone."""
    return create_shop(slug="bomnal", name="봄날문구", country=Country.KOREA, now=now)


@pytest.fixture
def owner(shop: Shop) -> User:
    return add_owner(shop=shop, email="owner@example.com")


@pytest.fixture
def console(live: Page, owner: User) -> Iterator[Page]:
    """The owner's browser on the front page."""
    live.goto(login_link(owner))
    yield live


@pytest.fixture
def ko() -> Iterator[Words]:
    """A console string in Korean, by its English source."""
    with translation.override("ko"):
        yield translation.gettext
