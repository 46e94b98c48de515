"""Signed addresses in messages: only what we made is read, and each for its own purpose."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.links import (
    PLACES,
    link_token,
    opt_out_link,
    opt_out_token,
    read_opt_out_token,
    read_token,
    short_link,
)

IDS = st.integers(min_value=0, max_value=2**63 - 1)
MESSAGE = 1_234_567_000_089


@given(IDS, st.integers(min_value=0, max_value=PLACES - 1))
def test_f7_a_link_is_read_as_it_was_made(message_id: int, place: int):
    assert read_token(link_token(message_id, place)) == (message_id, place)


@given(IDS)
def test_f3_an_opt_out_is_read_as_it_was_made(message_id: int):
    assert read_opt_out_token(opt_out_token(message_id)) == message_id


@given(IDS)
def test_f3_a_link_opens_no_opt_out_and_an_opt_out_no_link(message_id: int):
    assert read_opt_out_token(link_token(message_id, 0)) is None
    assert read_token(opt_out_token(message_id)) is None


@given(st.text(max_size=40))
def test_f10_what_somebody_made_up_is_nothing(text: str):
    assert read_token(text) is None
    assert read_opt_out_token(text) is None


@given(st.data())
def test_f10_a_token_with_any_letter_changed_is_nothing(data: st.DataObject):
    token = link_token(MESSAGE, 2)
    place = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.characters().filter(lambda drawn: drawn != token[place]))
    assert read_token(token[:place] + letter + token[place + 1 :]) is None


@pytest.mark.parametrize("change", [lambda t: t[:9] + "0" + t[9:], lambda t: t[:-1], lambda t: ""])
def test_f10_a_token_is_written_in_one_way_only(change):
    assert read_token(change(link_token(MESSAGE, 0))) is None


def test_f3_a_token_is_read_after_the_secret_was_changed(settings):
    token, old = link_token(MESSAGE, 1), settings.SECRET_KEY
    settings.SECRET_KEY = "another-secret"
    assert read_token(token) is None
    settings.SECRET_KEY_FALLBACKS = ["a-third-secret", old]
    assert read_token(token) == (MESSAGE, 1)
    assert link_token(MESSAGE, 1) != token


def test_f7_a_link_is_short_enough_for_a_text_message(settings):
    assert len(link_token(MESSAGE, 0)) <= 17
    assert short_link(MESSAGE) == f"{settings.BASE_URL}/l/{link_token(MESSAGE, 0)}"
    assert opt_out_link(MESSAGE) == f"{settings.BASE_URL}/o/{opt_out_token(MESSAGE)}"
