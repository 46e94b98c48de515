"""What every test can rely on: the database of DATABASE_URL, a closed network, a real browser."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import ConsoleMessage, Error, Page
from pytest_django.live_server_helper import LiveServer

from tests.machine import Missing, chromium
from tests.run import in_ci

# Playwright's sync interface keeps an event loop in this thread, which Django takes for async
# code. There is none here.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

hypothesis_settings.register_profile("local", deadline=None)
hypothesis_settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis_settings.load_profile("ci" if in_ci() else "local")

CHROMIUM_OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
)
# What is written down as an error and is none: a form that comes back with errors, and a request
# that gives way to the next one as somebody types on. A server that fails is told besides.
NO_COMPLAINT = ("status of 422", "htmx:sendAbort", "htmx:afterRequest")
# A violation of the Content-Security-Policy, also one that the console would not show.
REPORT_CSP = """document.addEventListener("securitypolicyviolation", (event) =>
    console.error(`CSP: ${event.violatedDirective} blocks ${event.blockedURI || "inline"}`))"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out, with the reason, what this run cannot do. `make test` makes a run for each."""
    for item in items:
        if item.get_closest_marker("postgres") and connection.vendor != "postgresql":
            item.add_marker(pytest.mark.skip("needs PostgreSQL: set DATABASE_URL, or make test"))
        if item.get_closest_marker("browser") and (reason := _no_chromium()):
            item.add_marker(pytest.mark.skip(reason))


def _no_chromium() -> str:
    try:
        chromium()
    except Missing as reason:
        return str(reason)
    return ""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium; Playwright downloads none."""
    return browser_type_launch_args | {
        "executable_path": chromium(),
        "args": list(CHROMIUM_OPTIONS),
    }


@pytest.fixture(scope="session")
def base_url(live_server: LiveServer) -> str:
    """Where a page's relative addresses lead."""
    return str(live_server.url)


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """The browser speaks Korean."""
    return browser_context_args | {"locale": "ko-KR"}


@pytest.fixture
def live(page: Page) -> Iterator[Page]:
    """A page in Chromium on the live server.

    At the end it fails for whatever the browser complained about: an error in a script or on the
    console, a resource that is missing, a breach of the Content-Security-Policy.
    """
    complaints: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        harmless = any(words in message.text for words in NO_COMPLAINT)
        if message.type == "error" and not harmless:
            complaints.append(f"{page.url}: {message.text}")

    def on_error(error: Error) -> None:
        complaints.append(f"{page.url}: {error}")

    page.on("console", on_console)
    page.on("pageerror", on_error)
    page.add_init_script(REPORT_CSP)
    page.set_default_timeout(10_000)
    yield page
    assert not complaints, "\n".join(complaints)
