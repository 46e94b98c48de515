"""The baselines of dispatch do what their figures say."""

import smtplib
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from bench import loop, smtp_sink
from bench.post_office import measure
from tests.messaging.scripted import Scripted
from tests.standin.process import stand_in
from tests.standin.provider import StandInProvider


@pytest.mark.parametrize("threads", [1, 4])
def test_the_loop_posts_each_message_once(tmp_path: Path, threads: int) -> None:
    rows = loop.prepare(25)

    with stand_in(tmp_path / "log") as provider:
        loop.post(rows, StandInProvider(provider.url, batch_size=10), threads=threads)

        assert provider.messages() == Counter(row.id for row in rows)
        assert provider.wrong() == []


def test_the_loop_posts_in_the_largest_batches(tmp_path: Path) -> None:
    with stand_in(tmp_path / "log") as provider:
        loop.post(loop.prepare(25), StandInProvider(provider.url, batch_size=10))

        assert [len(taken.results) for taken in provider.taken()] == [10, 10, 5]


def test_the_loop_renders_what_it_posts() -> None:
    provider = Scripted()

    loop.post(loop.prepare(1), provider)

    [(_key, body)] = provider.sent
    assert "김단골1님, 봄날문구에서" in body.decode()
    assert "4월 30일 23:59" in body.decode()
    assert "#{" not in body.decode()


def test_the_loop_is_no_baseline_where_messages_are_refused(tmp_path: Path) -> None:
    refused = replace(loop.prepare(1)[0], address="+821000010000")

    with stand_in(tmp_path / "log") as provider, pytest.raises(RuntimeError, match="refused"):
        loop.post([*loop.prepare(2)[1:], refused], StandInProvider(provider.url))


def test_the_loop_tells_the_quicker_way_and_both_figures(tmp_path: Path) -> None:
    with stand_in(tmp_path / "log") as provider:
        found = loop.rate(count=20, provider=StandInProvider(provider.url))

        assert found.per_second > 0
        assert "one after another" in found.note and "on 16 threads" in found.note
        assert set(provider.messages().values()) == {2}


def test_the_mail_server_counts_messages_and_recipients() -> None:
    with smtp_sink.running() as sink, smtplib.SMTP("127.0.0.1", sink.port) as client:
        for to in ("a@example.com", "b@example.com", "a@example.com"):
            client.sendmail("shop@example.com", [to], "one\r\n.\r\nDATA\r\n.two\r\n")

    assert (sink.messages, sink.recipients) == (3, 2)


@pytest.mark.postgres
def test_post_office_sends_as_many_as_it_queues() -> None:
    found = measure.run(30, processes=2)

    assert {found[name] for name in ("queued", "sent", "messages", "recipients")} == {30}
    assert found["seconds"] == pytest.approx(found["queueing"] + found["sending"])
