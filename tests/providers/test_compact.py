import json

from messaging.gateways.compact import compact


def test_json_leaves_without_spaces_and_in_utf8():
    said = {"to": "+8210", "text": '하늘님, "쿠폰" 🎁\n</b>', "again": [1, None, True]}

    written = compact(said)

    assert json.loads(written) == said
    assert "하늘님".encode() in written and b", " not in written.replace("님, ".encode(), b"")


def test_half_a_character_becomes_a_question_mark():
    assert json.loads(compact(["쿠폰\ud83c"])) == ["쿠폰?"]
