"""The Korean is complete, and what runs is what was written."""

import importlib.util
from pathlib import Path
from types import ModuleType

SCRIPT = Path(__file__).resolve().parent.parent / "locale" / "update.py"


def _update() -> ModuleType:
    spec = importlib.util.spec_from_file_location("locale_update", SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_string_has_its_korean_and_the_compiled_file_holds_it():
    assert _update().check() == []


def test_a_translation_with_other_placeholders_is_a_fault():
    update = _update()
    catalog = update.Catalog(locale="ko")
    catalog.add("%(n)s left", "남았어요")
    catalog.add("Today %(time)s", "오늘 %(time)s")
    assert [fault.split(":")[0] for fault in update.faults(catalog)] == ["other placeholders"]


def test_strings_in_templates_are_gathered():
    assert _update().gather().get("Skip to the page") is not None
