"""How the console writes money, times and states."""

from datetime import UTC, datetime

import pytest
from django import forms
from django.template.loader import render_to_string
from django.utils import timezone, translation

from messaging.models.batches import State
from orders.templatetags import console

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_seoul():
    with timezone.override("Asia/Seoul"):
        yield


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        (12000, "KRW", "₩12,000"),
        (1200, "JPY", "¥1,200"),
        (-500, "KRW", "-₩500"),
        (None, "KRW", "–"),
    ],
)
def test_money_is_written_in_its_currency(amount, currency, written):
    assert console.money(amount, currency) == written


@pytest.mark.parametrize(
    ("at", "korean", "english"),
    [
        (datetime(2026, 11, 22, 1, 2, tzinfo=UTC), "오늘 10:02", "today 10:02"),
        (datetime(2026, 11, 21, 13, 10, tzinfo=UTC), "어제 22:10", "yesterday 22:10"),
        (datetime(2026, 11, 22, 15, 0, tzinfo=UTC), "내일 00:00", "tomorrow 00:00"),
        (datetime(2026, 11, 30, 14, 59, tzinfo=UTC), "11월 30일 23:59", "Nov 30, 23:59"),
        (
            datetime(2025, 12, 31, 14, 59, tzinfo=UTC),
            "2025년 12월 31일 23:59",
            "Dec 31, 2025, 23:59",
        ),
    ],
)
def test_a_time_is_said_in_the_shops_zone(at, korean, english):
    with translation.override("ko"):
        assert console.shop_time(at, NOW) == korean
    with translation.override("en"):
        assert console.shop_time(at, NOW) == english


@pytest.mark.parametrize(
    ("state", "colour"),
    [
        (State.DELIVERED, "ok"),
        (State.WAITING, "wait"),
        (State.UNKNOWN, "bad"),
        (State.LEFT_OUT, "mute"),
        ("on", "ok"),
        ("whatever", "mute"),
    ],
)
def test_a_states_colour_says_how_it_stands(state, colour):
    assert console.chip_colour(state) == colour


class Form(forms.Form):
    url = forms.CharField(help_text="Where to?")
    on = forms.BooleanField(widget=forms.CheckboxInput(attrs={"role": "switch"}))


def test_a_field_in_error_is_tied_to_its_hint_and_its_error():
    form = Form(data={})
    html = render_to_string("components/field.html", {"field": form["url"]})
    assert 'aria-describedby="id_url_helptext id_url_error"' in html
    assert 'id="id_url_helptext"' in html
    assert 'id="id_url_error"' in html
    assert 'aria-invalid="true"' in html


def test_a_switch_is_a_check_box_that_says_it_is_one():
    html = render_to_string("components/field.html", {"field": Form()["on"]})
    assert 'type="checkbox"' in html
    assert 'role="switch"' in html
    assert 'class="switch"' in html
