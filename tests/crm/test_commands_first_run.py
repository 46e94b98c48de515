"""Commands on a database that nobody prepared."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def run(tmp_path):
    def run(*arguments, database=f"sqlite:///{tmp_path / 'shop.sqlite3'}"):
        environment = os.environ | {
            "DATABASE_URL": database,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "HTTPS": "false",
        }
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120
        )

    return run


def test_a_first_run_on_an_sqlite_file_needs_nothing_before(run):
    done = run("create_shop", "spring", "--name", "봄날문구", "--json")
    assert (done.returncode, done.stderr) == (0, "Preparing the database …\n")
    assert json.loads(done.stdout)["slug"] == "spring"


@pytest.mark.parametrize(
    "command", [("create_shop", "spring", "--name", "봄날문구"), ("work", "--cluster", "plan")]
)
def test_a_database_that_is_not_migrated_is_refused_in_one_line(run, tmp_path, command):
    with sqlite3.connect(tmp_path / "shop.sqlite3") as database:
        database.execute("CREATE TABLE other (id integer)")
    database.close()
    done = run(*command)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "run manage.py migrate first" in done.stderr


def test_a_database_that_cannot_be_opened_is_refused_in_one_line(run, tmp_path):
    (tmp_path / "shop.sqlite3").mkdir()
    done = run("run_due", "--at", "2026-11-20")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "the database cannot be used" in done.stderr


def test_work_on_a_database_that_does_not_answer_is_to_be_started_again(run):
    done = run("work", database="postgres://nobody@127.0.0.1:1/dangol")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "the database cannot be used" in done.stderr
