"""Phone numbers as people write them."""

import pytest

from orders.phones import is_mobile, normalise_phone


@pytest.mark.parametrize(
    ("text", "country", "phone"),
    [
        ("010-0123-4567", "KR", "+821001234567"),
        (" 010 0123 4567 ", "KR", "+821001234567"),
        ("+82 10 0123 4567", "JP", "+821001234567"),
        ("090-1234-5678", "JP", "+819012345678"),
        ("０１０-0123-4567", "KR", "+821001234567"),
        ("1544-6859", "KR", "+8215446859"),
        # A spreadsheet has taken the zero.
        ("1012345678", "KR", "+821012345678"),
        ("hello", "KR", ""),
        ("1", "KR", ""),
        # Letters are no keys: each of these would be somebody else's number.
        ("010-0123-45O7", "KR", ""),
        ("0100123-O567", "KR", ""),
        ("010 0123 4567 (VIP)", "KR", ""),
        ("010-0123-4567 x2", "KR", ""),
        # Days.
        ("2026-01-01", "KR", ""),
        ("20261231", "KR", ""),
        # Korea's mobile numbers are calls abroad in Japan, to nowhere.
        ("010-1111-2222", "JP", ""),
    ],
)
def test_a_number_is_kept_in_one_spelling(text, country, phone):
    assert normalise_phone(text, country) == phone


@pytest.mark.parametrize("text", ["02-123-4567", "1544-6859", "000-0000-0000", "+1 212 555 0100"])
def test_a8_what_no_message_can_reach_is_no_mobile(text):
    assert not is_mobile(normalise_phone(text, "KR"), "KR")


@pytest.mark.parametrize(("text", "country"), [("010-0123-4567", "KR"), ("090-1234-5678", "JP")])
def test_a8_a_mobile_is_one_in_its_own_country(text, country):
    phone = normalise_phone(text, country)
    assert is_mobile(phone, country)
    assert not is_mobile(phone, "JP" if country == "KR" else "KR")
