"""F1: no call over HTTP outlasts its batch's lease, whatever the other end does."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread
from time import monotonic

import pytest

from messaging.errands import LATEST_BEGINNING
from messaging.freezing import LEASE
from messaging.gateways import AnswerLost
from messaging.gateways.http import JsonClient, Patience
from tests.messaging.wire import BYTES, HASTE, end_of


@contextmanager
def thirsty(sip: int) -> Iterator[str]:
    """Where a request is taken in such sips every 50 ms, or not at all; never answered."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        done = Event()
        thread = Thread(target=_drink, args=(listener, sip, done), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            done.set()
            thread.join()


def _drink(listener: socket.socket, sip: int, done: Event) -> None:
    client, _address = listener.accept()
    with client:
        while not done.wait(0.05):
            if sip:
                client.recv(sip)


def test_f1_a_call_ends_well_before_another_worker_takes_the_batch_up():
    patience = Patience()
    longest = timedelta(seconds=patience.connect + patience.whole)
    assert LATEST_BEGINNING + longest < LEASE


SLOW_HEAD = [b"HTTP/1.1 200 OK\r\n", *[b"X"] * 100, b": \r\nContent-Length: 2\r\n\r\n{}"]
SLOW_BODY = [b"HTTP/1.1 200 OK\r\nContent-Length: 102\r\n\r\n", *[b" "] * 100, b"{}"]
LATE_HEAD_SLOW_BODY = [b"", b"HTTP/1.1 200", b" OK\r\nContent-Length: 102\r\n", b"\r\n"]


@pytest.mark.parametrize(
    ("pieces", "pause"),
    [
        (SLOW_HEAD, 0.05),
        (SLOW_BODY, 0.05),
        ([b"HTTP/1.1 100 Continue\r\n\r\n"] * 100, 0.05),
        ([b"", *LATE_HEAD_SLOW_BODY, *[b" "] * 100, b"{}"], 0.1),
    ],
    ids=["head", "body", "continue", "all of it"],
)
def test_f1_an_answer_that_trickles_ends_with_the_whole_calls_time(pieces, pause):
    began = monotonic()
    end = end_of(*pieces, pause=pause)
    assert monotonic() - began < HASTE.whole + 2 * pause + 0.2
    assert isinstance(end, AnswerLost)
    assert end.code == "timeout"


@pytest.mark.parametrize("drink", [0, 2**18], ids=["not at all", "slowly"])
def test_f1_a_request_that_is_not_taken_in_time_is_a_lost_answer(drink):
    body = b" " * 2**25
    began = monotonic()
    with thirsty(drink) as url, pytest.raises(AnswerLost, match="timeout"):
        JsonClient(url, patience=HASTE).post("/send", body, {})
    assert monotonic() - began < HASTE.whole + 0.4


def test_f1_a_connection_that_comes_too_late_is_not_used():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = JsonClient(
            f"http://127.0.0.1:{listener.getsockname()[1]}", patience=Patience(whole=0)
        )
        with pytest.raises(AnswerLost, match="timeout"):
            client.post("/send", BYTES, {})
        taken, _address = listener.accept()
        with taken:
            assert taken.recv(1) == b""
