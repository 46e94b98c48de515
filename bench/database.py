"""A database for one part of the benchmark, made anew and dropped afterwards."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import environ
import psycopg
from psycopg import sql

CONNECT_TIMEOUT = 5  # seconds


@contextmanager
def fresh(url: str, part: str) -> Iterator[str]:
    """The URL of an empty database on the server of `url`."""
    name = f"dangol_bench_{part}_{os.getpid()}"
    _ask(url, "CREATE DATABASE {}", name)
    try:
        yield _renamed(url, name)
    finally:
        _ask(url, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def check(url: str) -> None:
    """Raises ValueError, in one line, where no PostgreSQL answers at `url`."""
    try:
        connect(url).close()
    except psycopg.Error as error:
        reason = " ".join(str(error).split())
        raise ValueError(f"The PostgreSQL of DATABASE_URL cannot be used: {reason}") from error


def _ask(url: str, statement: Any, name: str) -> None:
    with connect(url) as connection:
        connection.execute(sql.SQL(statement).format(sql.Identifier(name)))


def connect(url: str) -> psycopg.Connection:
    """A connection to the server of `url`, each statement a transaction. Raises psycopg.Error."""
    place = environ.Env.db_url_config(url)
    return psycopg.connect(
        host=place["HOST"] or None,
        port=place["PORT"] or None,
        user=place["USER"] or None,
        password=place["PASSWORD"] or None,
        dbname="postgres",
        autocommit=True,
        connect_timeout=CONNECT_TIMEOUT,
    )


def _renamed(url: str, name: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{name}"))
