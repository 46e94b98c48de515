"""`make demo`: what it refuses before it starts anything."""

import socket

import pytest

from config.demo import CannotStart, environment, free_port, say_whose_database


@pytest.mark.parametrize("text", ["", "abc", "0", "65536", "-1", "80 80", "８０００"])
def test_a_port_must_be_a_number_in_range(text: str) -> None:
    with pytest.raises(CannotStart, match="PORT must be a number") as refused:
        free_port(text)

    assert refused.value.status == 2


def test_a_taken_port_is_refused_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        with pytest.raises(CannotStart, match=f"Cannot listen on port {port}") as refused:
            free_port(str(port))

    assert refused.value.status == 2
    assert "\n" not in str(refused.value)


def test_a_free_port_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    assert free_port(str(port)) == port


def test_whoever_names_a_database_is_told_that_the_demo_leaves_it_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres:///dangol")
    say_whose_database()
    assert capsys.readouterr().err.count("DATABASE_URL is left alone") == 1
    assert environment(8000)["DATABASE_URL"].endswith("/var/demo.sqlite3")

    monkeypatch.delenv("DATABASE_URL")
    say_whose_database()
    assert capsys.readouterr().err == ""
