"""The stand-in itself: it refuses what a provider would, and shows what a client did wrong."""

import json
from uuid import UUID

import pytest
import requests

from tests.standin.checks import BadRequestError, read_messages
from tests.standin.process import stand_in

KEY = str(UUID(int=7))
LINK = {"type": "WL", "name": "쿠폰함 열기", "url": "https://shop.example/"}
MESSAGE = {"id": "1", "to": "+821012345678", "text": "안녕하세요", "buttons": [LINK]}


@pytest.fixture
def unwatched(tmp_path):
    """A stand-in that may be wronged."""
    with stand_in(tmp_path / "log") as running:
        yield running


def send(standin, *messages, key=KEY, **headers):
    body = json.dumps({"messages": messages}).encode()
    headers = {"Content-Type": "application/json", "Idempotency-Key": key} | headers
    return requests.post(f"{standin.url}/messages", body, headers=headers, timeout=10)


def changed(**fields):
    return MESSAGE | fields


def test_the_same_bytes_again_get_the_same_answer(unwatched):
    first, second = send(unwatched, MESSAGE), send(unwatched, MESSAGE)
    assert first.json() == {"request": "r-1", "results": [{"id": "1", "code": "2000"}]}
    assert second.content == first.content
    assert unwatched.messages() == {1: 1}


def test_other_bytes_under_a_used_key_are_refused_and_noted(unwatched):
    send(unwatched, MESSAGE)
    assert send(unwatched, changed(text="other")).status_code == 409
    assert unwatched.wrong() == [f"other bytes under the key {KEY}"]


def test_a_repetition_after_the_key_is_forgotten_shows_as_a_message_taken_twice(unwatched):
    send(unwatched, MESSAGE)
    unwatched.forget()
    send(unwatched, MESSAGE)
    assert unwatched.messages() == {1: 2}


def test_a_key_is_forgotten_in_time(tmp_path):
    with stand_in(tmp_path / "log", "--remembers", "0") as forgetful:
        send(forgetful, MESSAGE)
        send(forgetful, MESSAGE)
        assert forgetful.messages() == {1: 2}


def test_it_knows_after_a_sigkill_what_it_took(unwatched):
    before = send(unwatched, MESSAGE).content
    unwatched.kill()
    with unwatched.log.open("ab") as log:
        log.write(b'{"taken": "cut off by a SIG')
    unwatched.start()
    assert send(unwatched, MESSAGE).content == before
    assert unwatched.messages() == {1: 1}


def test_it_tells_what_it_took_and_what_it_never_received(unwatched):
    def ask(key):
        return requests.get(f"{unwatched.url}/messages", {"key": key}, timeout=10)

    answer = send(unwatched, MESSAGE)
    unwatched.forget()
    assert ask(KEY).content == answer.content
    assert ask(str(UUID(int=8))).status_code == 404


def test_it_reports_what_became_of_what_it_accepted(unwatched):
    numbers = {"1": "+821012345678", "2": "+821012340000", "3": "+821012349999"}
    send(unwatched, *(changed(id=pk, to=to) for pk, to in numbers.items()))
    first = requests.get(f"{unwatched.url}/reports", {"after": "0"}, timeout=10).json()
    assert {one["id"]: one["code"] for one in first["reports"]} == {"1": "1000", "3": "3018"}
    later = requests.get(f"{unwatched.url}/reports", {"after": first["next"]}, timeout=10)
    assert later.json() == {"next": 1, "reports": []}


@pytest.mark.parametrize(
    "message",
    [
        changed(id=1),
        changed(id=""),
        changed(id="x" * 101),
        changed(to="010-1234-5678"),
        changed(to="+0821012345678"),
        changed(text=""),
        changed(text="가" * 1301),
        changed(text=None),
        changed(buttons=None),
        changed(buttons=[LINK] * 6),
        changed(buttons=[LINK | {"url": "javascript:1"}]),
        changed(buttons=[LINK | {"name": "가" * 15}]),
        changed(buttons=[LINK | {"extra": ""}]),
        changed(buttons=[LINK, {"type": "AC", "name": "채널 추가"}]),
        changed(buttons=[{"type": "AC", "name": "친구 추가"}]),
        changed(extra=""),
        {"id": "1", "to": "+821012345678", "text": "x"},
        "text",
    ],
)
def test_a_message_that_a_provider_would_refuse_is_refused(message):
    with pytest.raises(BadRequestError):
        read_messages(json.dumps({"messages": [changed(id="before"), message]}).encode())


def test_one_wrong_message_has_the_whole_request_refused_with_what_and_where(unwatched):
    answer = send(unwatched, MESSAGE, changed(id="2", to="1"))
    assert (answer.status_code, answer.json()) == (400, {"error": "messages[1].to: '1'"})
    assert unwatched.wrong() == ["messages[1].to: '1'"]
    assert unwatched.taken() == []


@pytest.mark.parametrize(
    ("messages", "headers"),
    [
        ([], {}),
        ([MESSAGE, MESSAGE], {}),
        ([changed(id=str(n)) for n in range(1001)], {}),
        ([MESSAGE], {"Content-Type": "text/plain"}),
        ([MESSAGE], {"Idempotency-Key": "one"}),
    ],
)
def test_a_request_that_a_provider_would_refuse_is_refused(unwatched, messages, headers):
    assert send(unwatched, *messages, **headers).status_code == 400
    assert len(unwatched.wrong()) == 1


def test_the_largest_request_is_taken(unwatched):
    full = [changed(id=str(n), text="가" * 1300, buttons=[LINK] * 5) for n in range(1000)]
    assert len(send(unwatched, *full).json()["results"]) == 1000
