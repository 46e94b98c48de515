"""A PostgreSQL of its own: made in a fresh folder, restarted at will, gone at the end."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

HOST = "127.0.0.1"
DATABASE = "dangol"
SUPERUSER = "postgres"
# PostgreSQL refuses to run as root; one of these owns it then.
UNPRIVILEGED = ("postgres", "nobody")
SECONDS_TO_START = 60.0
# Ends: everything is rolled back and closed; as after a power cut.
FAST, IMMEDIATE = signal.SIGINT, signal.SIGQUIT
# How long an end takes at most, in seconds.
ENDS_WITHIN = 15.0
_OPTIONS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "shared_buffers": "32MB",
    "max_connections": "80",
    "fsync": "on",
    "log_min_messages": "warning",
}


class NoPostgres(Exception):
    """Why there is no PostgreSQL, in one line."""


def find_binaries(system: Path = Path("/usr/lib/postgresql")) -> Path:
    """The folder with `initdb` and `postgres`: of PATH, of `pg_config`, or Debian's newest."""
    for folder in _candidates(system):
        if all((folder / name).exists() for name in ("initdb", "postgres")):
            return folder
    raise NoPostgres("no PostgreSQL server found: install one, or put its bin folder on PATH")


def _candidates(system: Path) -> list[Path]:
    found = []
    if initdb := shutil.which("initdb"):
        found.append(Path(initdb).resolve().parent)
    if pg_config := shutil.which("pg_config"):
        told = subprocess.run(  # noqa: S603 - found on PATH by its name
            [pg_config, "--bindir"], capture_output=True, text=True, check=False
        )
        found.append(Path(told.stdout.strip()))
    versions = (folder for folder in system.glob("*/bin") if folder.parent.name.isdigit())
    return found + sorted(versions, key=lambda folder: int(folder.parent.name), reverse=True)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _identity() -> dict[str, Any]:
    """Whom it runs as: ourselves, or an unprivileged user where we are root."""
    if os.geteuid() != 0:
        return {}
    for name in UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise NoPostgres(
        f"PostgreSQL does not run as root, and there is no {' or '.join(UNPRIVILEGED)}"
    )


@dataclass
class Postgres:
    """A server whose data, and all that belongs to it, stands in `folder`."""

    folder: Path
    binaries: Path = field(default_factory=find_binaries)
    port: int = field(default_factory=free_port)
    _identity: dict[str, Any] = field(default_factory=_identity)
    _process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        """What `DATABASE_URL` takes."""
        return f"postgres://{SUPERUSER}@{HOST}:{self.port}/{DATABASE}"

    def create(self) -> None:
        """Make the folder, start the server and create the database."""
        self.folder.mkdir()
        if self._identity:
            os.chown(self.folder, self._identity["user"], self._identity["group"])
        initdb = ["initdb", "--username", SUPERUSER, "--auth=trust", "--encoding=UTF8"]
        if self._run([*initdb, "--no-locale", "--no-sync", "--pgdata", "data"]).wait():
            raise NoPostgres(f"initdb has failed; see {self.folder / 'log'}")
        self.start()
        with self._connect() as connection:
            connection.execute(f"CREATE DATABASE {DATABASE}")

    def start(self) -> None:
        """Start the server unless it runs, and wait for its answer."""
        if self._process is not None and self._process.poll() is None:
            return
        settings = _OPTIONS | {"port": str(self.port)}
        options = [word for item in settings.items() for word in ("-c", "=".join(item))]
        self._process = self._run(["postgres", "-D", "data", *options])
        self.wait()

    def wait(self) -> None:
        """Return when the server answers; after a crash it recovers first."""
        deadline = time.monotonic() + SECONDS_TO_START
        while not self._answers():
            ended = self._process is None or self._process.poll() is not None
            if ended or time.monotonic() > deadline:
                raise NoPostgres(f"PostgreSQL does not start; see {self.folder / 'log'}")
            time.sleep(0.05)

    def stop(self, how: signal.Signals = FAST) -> None:
        """End the server, FAST or IMMEDIATE, and wait for its end.

        Asked FAST while it recovers from a killed session, PostgreSQL 15 may wait for itself for
        ever: then it is IMMEDIATE after all.
        """
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(how)
            try:
                self._process.wait(ENDS_WITHIN)
            except subprocess.TimeoutExpired:
                self._process.send_signal(IMMEDIATE)
                self._process.wait()

    def sessions(self) -> list[int]:
        """The server's processes that talk to somebody; none while it does not answer."""
        query = (
            "SELECT pid FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY pid"
        )
        try:
            with self._connect() as connection:
                return [pid for (pid,) in connection.execute(query)]
        except psycopg.Error:
            return []

    def _run(self, command: list[str]) -> "subprocess.Popen[bytes]":
        program, *words = command
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - commands are written here
                [self.binaries / program, *words],
                cwd=self.folder,
                env={"PATH": os.defpath, "LC_ALL": "C"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self._identity,
            )

    def _answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg.Error:
            return False
        return True

    def _connect(self) -> "psycopg.Connection[Any]":
        return psycopg.connect(
            host=HOST,
            port=self.port,
            user=SUPERUSER,
            dbname="postgres",
            autocommit=True,
            connect_timeout=5,
        )
