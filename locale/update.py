"""Gather the console's strings, keep the Korean, compile it. No gettext binaries needed.

python locale/update.py           update django.po and django.mo, list what wants translating
python locale/update.py --check   change nothing; exit 1 when anything is missing or stale
"""

import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "locale/ko/LC_MESSAGES/django.po"
MO = PO.with_suffix(".mo")
CODE = ("config", "orders", "coupons", "messaging", "crm", "locale")
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    **{f"{name}_lazy": DEFAULT_KEYWORDS[name] for name in ("gettext", "ngettext", "pgettext")},
    "npgettext_lazy": DEFAULT_KEYWORDS["npgettext"],
    "gettext_noop": None,
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+\}|#\{\w+\}")


def sources() -> Iterator[tuple[str, bytes]]:
    """Every file that can hold strings, by its path, as Python that the extractor can read."""
    for folder in CODE:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield str(path.relative_to(ROOT)), path.read_bytes()
    for path in sorted((ROOT / "templates").rglob("*.*")):
        if path.suffix in (".html", ".txt"):
            python = templatize(path.read_text("utf-8"), origin=str(path))
            # What is no string is blanked out; its indentation is not Python's.
            lines = (line.strip() for line in python.splitlines())
            yield str(path.relative_to(ROOT)), "\n".join(lines).encode()


def gather() -> Catalog:
    """The strings as they stand in code and templates."""
    found = Catalog(locale="ko")
    for name, source in sources():
        options = {"encoding": "utf-8"}
        for _, text, notes, context in extract(
            "python", BytesIO(source), KEYWORDS, ["Translators:"], options
        ):
            found.add(text, None, [(name, None)], auto_comments=notes, context=context)  # type: ignore[list-item]
    return found


def read() -> Catalog:
    """The translations as they stand in the file."""
    catalog = Catalog(locale="ko")
    if PO.exists():
        with PO.open("rb") as file:
            catalog = read_po(file, locale="ko")
    # Nobody is named, and no date changes unless a translation does.
    catalog.header_comment = "# What Dangol's console says in Korean. Kept by locale/update.py."
    catalog.project, catalog.version, catalog.fuzzy = "Dangol", "", False
    catalog.last_translator = catalog.language_team = catalog.msgid_bugs_address = ""
    catalog.creation_date = catalog.revision_date = datetime(2026, 11, 22, tzinfo=UTC)
    return catalog


def compiled(catalog: Catalog) -> bytes:
    """What the .mo holds for this catalogue."""
    out = BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def texts(message: Message) -> tuple[list[str], list[str]]:
    """A message's sources and its translations, one each or one a plural form."""
    source, said = message.id, message.string or ""
    return (
        [source] if isinstance(source, str) else list(source),
        [said] if isinstance(said, str) else list(said),
    )


def faults(catalog: Catalog) -> Iterator[str]:
    """What is wrong with the translations, a line each."""
    for message in catalog:
        if not message.id:
            continue
        source, said = texts(message)
        if not all(said):
            yield f"not translated: {source[0]!r}"
        elif message.fuzzy:
            yield f"fuzzy: {source[0]!r}"
        elif unlike := {
            text
            for text in said
            if set(PLACEHOLDER.findall(text)) != set(PLACEHOLDER.findall(source[-1]))
        }:
            yield f"other placeholders: {source[-1]!r} → {unlike}"


def missing(found: Catalog, kept: Catalog) -> Iterator[str]:
    """Strings that the file does not have at all."""
    for message in found:
        if message.id and kept.get(message.id, message.context) is None:
            yield f"missing: {texts(message)[0][0]!r}"


def check() -> list[str]:
    """All that keeps the translations from being complete; empty when they are."""
    kept = read()
    wrong = [*missing(gather(), kept), *faults(kept)]
    if not MO.exists() or MO.read_bytes() != compiled(kept):
        wrong.append("django.mo is not what django.po compiles to")
    return wrong


def update() -> list[str]:
    """Write both files anew; returns what is left to translate."""
    catalog = read()
    catalog.update(gather(), no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as file:
        write_po(file, catalog, width=100, include_lineno=False, sort_output=True)
    catalog = read()
    MO.write_bytes(compiled(catalog))
    return list(faults(catalog))


def main(arguments: list[str]) -> int:
    """Run as a command."""
    wrong = check() if "--check" in arguments else update()
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
