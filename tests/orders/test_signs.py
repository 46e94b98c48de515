"""What a name, a reason or another text of one line can't hold."""

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from orders.signs import check_line, hidden_in_line


@pytest.mark.parametrize("text", ["봄날 문구", "봄\u00a0날", "👨\u200d👩\u200d👧 ❤️", "a\u0301"])
def test_a_line_that_can_be_read_passes(text):
    check_line(text)
    assert hidden_in_line(text) == []


@pytest.mark.parametrize(
    "text", ["", " ", "\u00a0", "\u2003\u3000", "\u3164", "\u200b\u2800", "\n"]
)
def test_a_line_of_blanks_is_told_to_hold_nothing_and_shows_no_unseen_sign(text):
    with override("en"), pytest.raises(ValidationError, match="something to read") as caught:
        check_line(text)
    assert caught.value.message.isascii()


@pytest.mark.parametrize("sign", "\n\r\t\x1b\u202e\u200b\u2028\u3164\ufeff\ue000")
def test_a_line_break_and_a_hidden_sign_are_named_by_their_code(sign):
    with pytest.raises(ValidationError, match=f"U\\+{ord(sign):04X}"):
        check_line(f"봄{sign}날")
