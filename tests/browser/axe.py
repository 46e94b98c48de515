"""What axe-core finds on a page, and what does not fit its width."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, ViewportSize

SOURCE = Path(__file__).resolve().parents[1] / "vendor" / "axe-core" / "axe.min.js"
WIDE = ViewportSize(width=1360, height=900)
NARROW = ViewportSize(width=360, height=740)

# Every rule that axe turns on by itself, its best practices too.
_RUN = "() => axe.run(document, {resultTypes: ['violations']})"
# Whatever sticks out on the right, unless it scrolls in a box of its own.
_STICKING_OUT = """() => {
  const width = document.documentElement.clientWidth;
  const scrolls = (element) => {
    for (let box = element.parentElement; box && box !== document.body; box = box.parentElement)
      if (getComputedStyle(box).overflowX !== "visible") return true;
    return false;
  };
  const out = [...document.querySelectorAll("body *")].filter((element) =>
    element.checkVisibility() && !element.closest("svg, .visually-hidden, .skip, #side, .veil")
    && element.getBoundingClientRect().right > width + 1 && !scrolls(element));
  const names = out.slice(0, 3).map((element) => element.outerHTML.slice(0, 120));
  const sideways = document.documentElement.scrollWidth > width;
  return sideways ? ["the page scrolls sideways", ...names] : names;
}"""
_IDLE = "() => !document.querySelector('.htmx-request')"


def complaints(page: Page, where: str) -> Iterator[str]:
    """What is wrong with the page as it stands, on a wide and on a narrow screen."""
    page.wait_for_function(_IDLE)
    page.evaluate(SOURCE.read_text())
    for size in (NARROW, WIDE):
        page.set_viewport_size(size)
        for found in _violations(page):
            yield f"{where} at {size['width']}: {found}"
        if size is NARROW:
            yield from (f"{where} at 360: {found}" for found in page.evaluate(_STICKING_OUT))


def too_wide(page: Page, where: str) -> Iterator[str]:
    """What sticks out at 360 px."""
    page.wait_for_function(_IDLE)
    page.set_viewport_size(NARROW)
    yield from (f"{where} at 360: {found}" for found in page.evaluate(_STICKING_OUT))


def _violations(page: Page) -> Iterator[str]:
    result: dict[str, Any] = page.evaluate(_RUN)
    for violation in result["violations"]:
        for node in violation["nodes"][:3]:
            yield f"{violation['id']}: {node['html'][:160]} ({node['failureSummary']})"
