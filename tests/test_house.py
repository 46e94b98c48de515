"""Guards of the house: what must hold for every room, so that nobody has to remember it."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from django.urls import URLPattern, URLResolver, get_resolver

ROOT = Path(__file__).resolve().parent.parent
APPS = ("config", "orders", "coupons", "messaging", "crm")
CODE = (*APPS, "tests", "bench", "locale")
# What libraries bring keeps its own doors; the API's is held by tests/messaging/test_api.py.
FOREIGN = ("allauth", "django.conf.urls.i18n", "admin", "ninja")
LONGEST = 300


def own_patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every pattern of our own below `resolver`, with its whole route."""
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            if not entry.callback.__module__.startswith(FOREIGN):
                yield route, entry
        elif not is_foreign(entry):
            yield from own_patterns(entry, route)


def is_foreign(resolver: URLResolver) -> bool:
    name = getattr(resolver.urlconf_name, "__name__", "") or resolver.app_name or ""
    return name.startswith(FOREIGN)


def own_files(*folders: str) -> Iterator[Path]:
    """Our Python files in these folders, without migrations."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_f10_every_view_of_ours_declares_who_may_see_it() -> None:
    undeclared = [
        f"/{route} ({pattern.callback.__module__}.{pattern.callback.__name__})"
        for route, pattern in own_patterns(get_resolver())
        if not hasattr(pattern.callback, "needs_role")
    ]

    assert undeclared == [], "declare them with orders.access.console or open_to_all"


def test_f10_the_guard_sees_our_pages_and_not_the_libraries() -> None:
    routes = [route for route, _pattern in own_patterns(get_resolver())]

    assert routes
    assert not [route for route in routes if route.startswith(("admin/", "accounts/", "i18n/"))]


def test_views_open_to_all_say_why() -> None:
    silent = [
        f"/{route}"
        for route, pattern in own_patterns(get_resolver())
        if getattr(pattern.callback, "needs_role", "") is None and not pattern.callback.__doc__
    ]

    assert silent == []


def test_each_floor_imports_only_from_floors_below() -> None:
    lint = Path(sys.executable).parent / "lint-imports"

    result = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True)

    assert result.returncode == 0, result.stdout


def test_no_file_grows_past_one_reason_to_change() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in own_files(*CODE)
    }
    long = {name for name, length in lengths.items() if length > LONGEST}

    assert not long


def test_every_make_command_in_the_documents_exists() -> None:
    documents = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / ".ci" / "run"]
    text = "\n".join(path.read_text() for path in documents if path.exists())
    named = set(re.findall(r"(?:^|[`$(] ?)make ([a-z][a-z-]*)", text, re.MULTILINE))

    assert named <= make_targets()
    assert {"setup", "demo", "test", "check", "check-data"} <= make_targets()


def test_requirements_carry_hashes_and_no_addresses() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text()

        assert "://" not in text
        assert text.count("==") <= text.count("--hash=sha256:")
