"""F1, F6: what each end of a call over HTTP means, byte by byte as it can come from a wire."""

import socket
from contextlib import suppress
from datetime import timedelta
from threading import Thread

import pytest

from messaging.gateways import AnswerLost, Answers, Busy, Rejected
from messaging.gateways import http as gateway
from messaging.gateways.http import NO_IDS, JsonClient, answers
from messaging.models import State
from tests.messaging.wire import BYTES, HASTE, end_of, http, post, wire
from tests.providers.smtp.certificates import server_and_trust

SENT, REFUSED = (State.SENT, ""), (State.FAILED, "3008")


def test_f1_the_bytes_go_out_as_they_are_with_the_headers():
    with wire(http("200 OK", b'{"request": "r-1"}')) as server:
        assert post(server) == {"request": "r-1"}
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert body == BYTES
    assert b"X-Key: k-1" in head and b"Content-Type: application/json" in head


def test_f6_where_nobody_listens_nothing_was_taken():
    with wire() as server:
        pass
    with pytest.raises(Busy, match="no-connection"):
        post(server)


def test_f1_who_shows_a_certificate_that_nobody_vouches_for_is_told_nothing(tmp_path):
    context, _trust = server_and_trust(tmp_path, "localhost")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(5)
        server = Thread(target=_greeted, args=(listening, context), daemon=True)
        server.start()
        url = f"https://localhost:{listening.getsockname()[1]}"
        with pytest.raises(Busy, match="certificate"):
            JsonClient(url, patience=HASTE).post("/", BYTES, {})
        server.join(5)


def _greeted(listening, context):
    connection, _address = listening.accept()
    with suppress(OSError), context.wrap_socket(connection, server_side=True):
        pass


@pytest.mark.parametrize("status", ["408 Request Timeout", "425 Too Early", "429 Too Many"])
def test_f6_what_was_not_taken_is_tried_again(status):
    end = end_of(http(status))
    assert isinstance(end, Busy)
    assert (end.code, end.wait) == (status[:3], None)


@pytest.mark.parametrize("status", ["429 Too Many", "503 Service Unavailable"])
@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        (["Retry-After: 30"], timedelta(seconds=30)),
        (["Retry-After: 999999999999"], gateway.LONGEST_WAIT),
        (
            ["Date: Fri, 20 Nov 2026 01:00:00 GMT", "Retry-After: Fri, 20 Nov 2026 01:05:00 GMT"],
            timedelta(minutes=5),
        ),
        (
            ["Date: Fri, 20 Nov 2026 01:00:00 GMT", "Retry-After: Fri, 20 Nov 2026 00:00:00 GMT"],
            timedelta(0),
        ),
    ],
)
def test_f6_a_wait_is_honoured_and_bounded(status, headers, wait):
    end = end_of(http(status, b"{}", *headers))
    assert isinstance(end, Busy)
    assert end.wait == wait


@pytest.mark.parametrize(
    "asked", ["soon", "-5", "1e3", "٣", "Fri, 20 Nov 2026 01:05:00 GMT", "Mon, 99 Foo 2026 x", ""]
)
def test_f6_a_wait_that_cannot_be_read_is_none(asked):
    end = end_of(http("429 Too Many", b"{}", f"Retry-After: {asked}"))
    assert isinstance(end, Busy)
    assert end.wait is None


@pytest.mark.parametrize("status", ["400 Bad Request", "401 No", "404 Not Found", "409 Conflict"])
def test_f6_what_is_refused_would_be_refused_again(status):
    end = end_of(http(status))
    assert isinstance(end, Rejected)
    assert end.code == status[:3]


def test_f6_a_refusal_keeps_the_providers_own_word():
    with (
        wire(http("400 Bad Request", b'{"code": "-3005"}')) as server,
        pytest.raises(Rejected) as end,
    ):
        post(server, word=lambda answer: answer.get("code", ""))
    assert end.value.code == "-3005"


@pytest.mark.parametrize(
    "status",
    ["500 Oops", "502 Bad Gateway", "503 Service Unavailable", "504 Timeout", "303 See Other"],
)
def test_f1_an_error_behind_a_proxy_tells_nobody_whether_it_was_taken(status):
    end = end_of(http(status, b"<h1>sorry</h1>", "Location: http://127.0.0.1:9/"))
    assert isinstance(end, AnswerLost)
    assert end.code == status[:3]


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"null", b'{"a": 1', b"\xff\xfe", b"[" * 10**5]
)
def test_f1_a_success_that_cannot_be_read_is_a_lost_answer(body):
    end = end_of(http("200 OK", body))
    assert isinstance(end, AnswerLost)
    assert end.code == "garbage"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"half": ',
        b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{"half": ',
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"SMTP ready\r\n\r\n",
    ],
)
def test_f1_half_an_answer_or_none_is_a_lost_answer(raw):
    end = end_of(raw)
    assert isinstance(end, AnswerLost)
    assert end.code in ("cut-off", "garbage")


def test_f1_no_answer_in_time_is_a_lost_answer():
    end = end_of(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{", b"}", pause=1)
    assert isinstance(end, AnswerLost)
    assert end.code == "timeout"


def test_f1_an_answer_without_an_end_is_not_read_to_the_end(monkeypatch):
    monkeypatch.setattr(gateway, "LARGEST_ANSWER", 10**5)
    end = end_of(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b" " * 10**6)
    assert isinstance(end, AnswerLost)
    assert end.code == "too-long"


def test_f10_a_provider_sets_no_cookies():
    with wire(http("200 OK", b"{}", "Set-Cookie: shop=1; Path=/")) as server:
        client = JsonClient(server.url, patience=HASTE)
        client.post("/send", BYTES, {})
        client.get("/ask", {"key": "k 1"}, {})
    assert server.requests[1].startswith(b"GET /ask?key=k+1 HTTP/1.1\r\n")
    assert b"Cookie" not in server.requests[1]


def test_f1_messages_that_differ_from_most_are_exceptions():
    said = {1: SENT, 2: SENT, 3: (State.DELIVERED, ""), 4: REFUSED}
    assert answers(said, said.keys(), "r-1") == Answers(
        State.SENT, {3: (State.DELIVERED, ""), 4: REFUSED}, "r-1"
    )


def test_f1_each_of_a_wholly_refused_batch_keeps_its_word():
    assert answers({1: REFUSED, 2: REFUSED}, {1, 2}) == Answers(
        State.SENT, {1: REFUSED, 2: REFUSED}
    )


@pytest.mark.parametrize("said", [{}, {1: SENT}, {1: SENT, 3: SENT}])
def test_f1_a_success_that_does_not_name_all_our_messages_is_a_lost_answer(said):
    with pytest.raises(AnswerLost, match=NO_IDS):
        answers(said, {1, 2})
