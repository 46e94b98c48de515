"""What this machine has for the tests, and in one line why it lacks something."""

import os
import shutil

import environ
import psycopg

OLDEST_POSTGRESQL = 140000
_CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class Missing(Exception):
    """Why a part of the tests cannot run here."""


def chromium() -> str:
    """The path of Chromium: the variable CHROMIUM, or the first on PATH; else Missing."""
    names = [os.environ["CHROMIUM"]] if os.environ.get("CHROMIUM") else _CHROMIUM_NAMES
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        raise Missing(f"no Chromium ({', '.join(names)}); install it or set CHROMIUM to its path")
    return found


def postgresql() -> str:
    """The DATABASE_URL of a PostgreSQL where databases may be created; else Missing.

    TEST_DATABASE_URL or libpq's PG… variables name it; without them it is looked for on this
    machine. The database in the URL need not exist: tests make their own.
    """
    reasons = []
    for url in _candidates():
        try:
            _ask(url)
        except (Missing, psycopg.Error) as problem:
            reasons.append(str(problem).strip().splitlines()[0])
        else:
            return url
    raise Missing(f"no PostgreSQL ({reasons[0]}); start one or set TEST_DATABASE_URL")


def _candidates() -> list[str]:
    named = os.environ.get("TEST_DATABASE_URL")
    if named:
        return [named]
    # Without host and user, libpq takes the PG… variables, or the local socket and our own name.
    local = "postgres:///dangol"
    if "PGHOST" in os.environ or "PGSERVICE" in os.environ:
        return [local]
    return [local, "postgres://postgres@127.0.0.1:5432/dangol"]


def _ask(url: str) -> None:
    place = environ.Env.db_url_config(url)
    with psycopg.connect(
        host=place["HOST"] or None,
        port=place["PORT"] or None,
        user=place["USER"] or None,
        password=place["PASSWORD"] or None,
        dbname="postgres",
        connect_timeout=3,
    ) as connection:
        if connection.info.server_version < OLDEST_POSTGRESQL:
            raise Missing("PostgreSQL is older than 14")
        may_create = connection.execute(
            "SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        if may_create != (True,):
            raise Missing("the PostgreSQL user may not create databases")
