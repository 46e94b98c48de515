"""What is wrong with wording, channel by channel."""

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from messaging.checks import MAX_BODY, Worded, check, longest
from messaging.models import Channel, Purpose, Topic
from orders.models import Country

ADVERTISING = Purpose.ADVERTISING
BASIS = "\n#{지급근거}"


def worded(body, channel=Channel.ALIMTALK, topic=Topic.COUPON, **more):
    return Worded(channel, topic, body, **more)


def errors(body, channel=Channel.ALIMTALK, topic=Topic.COUPON, **more):
    with pytest.raises(ValidationError) as caught:
        check(worded(body, channel, topic, **more))
    return caught.value.message_dict


def errors_of(body):
    return " ".join(errors(body)["body"])


def passes(body, channel=Channel.ALIMTALK, **more):
    check(worded(body, channel, **more))


def test_a_body_that_could_be_sent_passes():
    passes("쿠폰이에요" + BASIS)


def test_an_empty_body_is_refused():
    assert "body" in errors("  \n ")


@pytest.mark.parametrize("channel", Channel)
def test_a_body_of_unseen_letters_is_empty(channel):
    assert "body" in errors("\u3164\u200b\u2800 ", channel, title="제목")


def test_a_thousand_characters_pass_with_the_longest_basis_and_one_more_does_not():
    most = MAX_BODY - len("\n") - 200
    passes("가" * most + BASIS)
    assert str(MAX_BODY + 1) in errors_of("가" * (most + 1) + BASIS)


def test_the_button_that_adds_the_channel_takes_forty_characters():
    add = [{"type": "AC"}]
    passes("가" * 759 + BASIS, buttons=add)
    assert "body" in errors("가" * 760 + BASIS, buttons=add)


def test_forty_variables_pass_and_one_more_does_not():
    assert "40" in errors_of("#{혜택}" * 40 + BASIS)
    assert not any("40 variables" in e for e in errors("#{혜택}" * 39 + BASIS)["body"])


def test_an_unknown_variable_is_refused_by_its_name():
    assert "#{포인트}" in errors_of("#{포인트}" + BASIS)


def test_a_variable_that_is_not_closed_is_refused():
    assert "#{" in errors_of("#{이름" + BASIS)


def test_f7_the_link_stands_in_text_mail_and_push_and_not_in_an_alimtalk():
    for channel in (Channel.TEXT, Channel.EMAIL, Channel.PUSH):
        passes("쿠폰 #{링크}", channel, title="쿠폰")
    assert "#{링크}" in errors_of("#{링크}" + BASIS)
    passes("쿠폰" + BASIS, fallback="쿠폰 #{링크}")


@pytest.mark.parametrize("line", ["#{지급근거}", "※ #{지급근거}", "  ※#{지급근거}  "])
def test_a9_the_grant_basis_stands_on_a_line_of_its_own(line):
    passes(f"쿠폰이에요\n{line}\n고마워요")


@pytest.mark.parametrize(
    "body", ["쿠폰이에요", "안내: #{지급근거}", "#{지급근거} 고마워요", "#{지급근거}#{이름}"]
)
def test_a9_a_coupon_alimtalk_without_it_on_its_own_line_is_refused(body):
    assert "#{지급근거}" in errors_of(body)


def test_all_that_is_wrong_is_said_at_once():
    assert len(errors("#{없는것} #{이름")["body"]) == 3


SIGNS = [
    *"\t\r\x00\x07\x1b\x7f\x85\xad\u061c\u200b\u200d\u200e\u200f\u2028\u202e\u2060\u2066\u2069",
    *"\ufeff\u3164\u115f\u1160\uffa0\u2800\ud800\udfff\ue000\ufffd\uffff\U000e0041",
]


@pytest.mark.parametrize("sign", SIGNS, ids=lambda sign: f"U+{ord(sign):04X}")
@pytest.mark.parametrize("channel", Channel)
def test_what_nobody_sees_or_turns_the_text_is_refused_everywhere_by_its_code(sign, channel):
    has_buttons = channel in (Channel.ALIMTALK, Channel.EMAIL)
    button = {"type": "WL", "name": f"열{sign}기"}
    found = errors(
        f"안녕{sign}하세요{BASIS}",
        channel,
        title="" if channel == Channel.ALIMTALK else f"제{sign}목",
        buttons=[button] if has_buttons else [],
    )
    code = f"U+{ord(sign):04X}"
    assert any(code in error for error in found["body"])
    assert channel == Channel.ALIMTALK or any(code in error for error in found["title"])
    assert not has_buttons or any(code in error for error in found["buttons"])


def test_emoji_that_are_joined_pass_where_they_can_be_shown():
    passes("가족 👨‍👩‍👧 ❤️", Channel.PUSH, title="쿠폰")


@pytest.mark.parametrize("sign", ["😀", "▪", "❤", "𠮷"])
def test_signs_that_a_text_message_loses_are_named(sign):
    assert any(sign in error for error in errors(f"쿠폰 {sign}", Channel.TEXT)["body"])
    assert any(sign in error for error in errors("쿠폰", Channel.TEXT, title=sign)["title"])
    found = errors("쿠폰" + BASIS, fallback=f"쿠폰 {sign}")
    assert any(sign in error for error in found["fallback"])


def test_a_blank_that_a_text_message_loses_is_named_by_its_code():
    assert "U+00A0" in errors("봄\u00a0할인", Channel.TEXT)["body"][0]
    assert "👨 👩" in errors("👨\u200d👩", Channel.TEXT)["body"][0]


def test_japans_text_messages_are_not_held_to_koreas_carriers():
    passes("お客様へのお届け", Channel.TEXT, country=Country.JAPAN)


def test_two_thousand_bytes_are_a_text_and_more_are_not():
    passes("가" * 1000, Channel.TEXT)
    assert "2000" in errors("가" * 1000 + "a", Channel.TEXT)["body"][0]


def test_f3_what_the_law_adds_to_advertising_counts():
    assert errors("가" * 1000, Channel.TEXT, purpose=ADVERTISING)
    added = longest("(광고) #{상점명}\n무료수신거부 080-0000-0000\n", Channel.TEXT, Topic.COUPON)
    passes("a" * (2000 - added), Channel.TEXT, purpose=ADVERTISING)


def test_the_title_of_a_text_has_forty_bytes_and_no_variable():
    passes("쿠폰", Channel.TEXT, title="가" * 20)
    assert "title" in errors("쿠폰", Channel.TEXT, title="가" * 20 + "a")
    assert "title" in errors("쿠폰", Channel.TEXT, title="#{이름}")


@pytest.mark.parametrize("channel", [one for one in Channel if one != Channel.ALIMTALK])
def test_a_title_that_is_too_long_is_named_as_the_title(channel):
    with override("en"):
        assert errors("쿠폰", channel, title="a" * 121)["title"] == [
            "The title has 121 characters; 120 are the most."
        ]
        if channel == Channel.TEXT:
            found = errors("쿠폰", channel, title="가" * 20 + "a")["title"]
            assert found == ["The title has 41 bytes; 40 are the most."]


@pytest.mark.parametrize("channel", [Channel.EMAIL, Channel.PUSH, Channel.INBOX])
def test_what_opens_with_a_title_needs_one(channel):
    assert "title" in errors("쿠폰", channel)
    assert "title" in errors("쿠폰", channel, title="가\n나")
    passes("쿠폰", channel, title="#{이름}님")


def test_a_push_stays_well_below_what_firebase_takes():
    passes("가" * 990, Channel.PUSH, title="가" * 10)
    assert "3000" in errors("가" * 991, Channel.PUSH, title="가" * 10)["body"][0]


def test_f3_information_does_not_begin_with_the_mark():
    assert "(광고)" in errors("(광고) 쿠폰", Channel.TEXT)["body"][0]
    assert "title" in errors("쿠폰", Channel.PUSH, title="(광고) 쿠폰")
    assert "fallback" in errors("쿠폰" + BASIS, fallback="(광고) 쿠폰")


@pytest.mark.parametrize("purpose", Purpose)
def test_f3_a_mark_that_is_altered_is_refused(purpose):
    assert "body" in errors("[광고] 쿠폰", Channel.TEXT, purpose=purpose)
    assert "title" in errors("쿠폰", Channel.EMAIL, title="(AD) 쿠폰", purpose=purpose)


@pytest.mark.parametrize("channel", [one for one in Channel if one != Channel.ALIMTALK])
def test_f3_a_title_is_held_to_the_mark_as_a_text_is(channel):
    for faked in ("[광고] 봄", "(광 고) 봄", "（광고）봄"):
        for purpose in Purpose:
            assert "title" in errors("쿠폰", channel, title=faked, purpose=purpose)
    assert "title" in errors("쿠폰", channel, title="(광고) 봄")
    passes("쿠폰", channel, title="(광고) 봄", purpose=ADVERTISING)


@pytest.mark.parametrize("purpose", Purpose)
def test_f3_another_number_to_refuse_at_is_refused_by_name_wherever_it_stands(purpose):
    line = "무료수신거부 080-999-9999"
    found = errors(line, Channel.PUSH, title=line, purpose=purpose, opt_out_number="080-123-4567")
    assert "080-999-9999" in found["title"][0] and "080-999-9999" in found["body"][0]
    found = errors("쿠폰" + BASIS, fallback=line, opt_out_number="080-123-4567")
    assert "080-999-9999" in found["fallback"][0]
    assert "body" in errors(line, Channel.TEXT, purpose=purpose)


def test_f3_the_shops_own_number_to_refuse_at_may_stand_in_its_text():
    own = "봄 할인\n무료거부 080 123 4567"
    passes(own, Channel.TEXT, purpose=ADVERTISING, opt_out_number="080-123-4567")


def test_f3_alimtalk_and_consent_notices_are_no_advertising():
    assert "purpose" in errors("쿠폰" + BASIS, purpose=ADVERTISING)
    assert "purpose" in errors("동의", Channel.TEXT, Topic.CONSENT, purpose=ADVERTISING)


def test_f3_advertising_may_bring_its_mark():
    passes("(광고) 쿠폰", Channel.TEXT, purpose=ADVERTISING)


def test_f3_the_mark_is_not_followed_by_the_shops_name_where_it_is_put_in_by_itself():
    own = {"purpose": ADVERTISING, "shop": "온달상회"}
    for start in ("(광고) 온달상회 봄", "(광고)온달상회\n봄", "(광고) [온달상회] 봄"):
        with override("en"):
            assert "by itself" in errors(start, Channel.TEXT, **own)["body"][0]
        assert "title" in errors("쿠폰", Channel.PUSH, title=start.replace("\n", " "), **own)
    for start in (
        "(광고) #{상점명} 봄",
        "(광고) 온달상회의 봄",
        "온달상회 봄",
        "(광고) 봄 온달상회",
    ):
        passes(start, Channel.TEXT, **own)
    passes("쿠폰", Channel.EMAIL, title="(광고) 온달상회 봄", **own)


def test_ten_megabytes_are_refused_at_once():
    for body in ("가" * 10_000_000, "(광고)" * 2_000_000, "#{" * 5_000_000, "\u200b" * 10_000_000):
        found = errors(body, title=body, fallback=body, buttons=[{"type": "WL", "name": body}])
        assert set(found) == {"title", "body", "fallback", "buttons"}
        assert sum(len(error) for texts in found.values() for error in texts) < 2000
