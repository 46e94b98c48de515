"""How carriers count a text."""

from messaging.lengths import cp949_bytes, cut_title, is_short


def test_ninety_bytes_are_an_sms_and_one_more_is_not():
    assert cp949_bytes("가" * 45) == 90
    assert is_short("가" * 45) and not is_short("가" * 45 + "a")


def test_a_title_is_cut_at_forty_bytes_and_never_within_a_sign():
    assert cut_title("가" * 20 + "나") == "가" * 20
    assert cut_title("a" + "가" * 20) == "a" + "가" * 19


def test_what_carriers_do_not_have_counts_as_one_byte():
    assert (cp949_bytes("🙂"), cut_title("쿠폰 🙂")) == (1, "쿠폰 ?")
