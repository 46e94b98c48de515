"""`make demo`: a demo shop on this machine, from nothing to a log-in link, in one command.

It listens on 127.0.0.1 alone, keeps everything below `var/`, and takes the same settings, static
files and queue clusters as a server would; only the database is SQLite and HTTPS is off.
"""

import http.client
import os
import socket
import sys
import time
from pathlib import Path

from config.supervisor import Child, StopFlag, keep_running, output_of, say, stop

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
LOG_DIR = VAR_DIR / "log"
HOST = "127.0.0.1"
# Addresses without what follows the question mark: logs are kept longer than anybody remembers.
ACCESS_LOG = '%(h)s %(t)s "%(m)s %(U)s %(H)s" %(s)s %(b)s %(L)s'
CLUSTERS = ("dangol", "plan", "slow")
SECONDS_TO_ANSWER = 60.0


class CannotStart(Exception):
    """Why there is no demo, in one line, and the exit status that says so."""

    def __init__(self, reason: str, status: int) -> None:
        super().__init__(reason)
        self.status = status


def main() -> int:
    """Run the demo until it is interrupted; the exit status."""
    stopping = StopFlag()
    try:
        port = free_port(os.environ.get("PORT", "8000"))
        run(port, stopping)
    except CannotStart as problem:
        say(str(problem))
        return problem.status
    return 0


def free_port(text: str) -> int:
    """The port named by `text`, if one can listen on it; else CannotStart with status 2."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise CannotStart(f"PORT must be a number from 1 to 65535, not “{text}”.", 2)
    with socket.socket() as probe:
        # As the server itself does: a connection that was just closed holds nobody up.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, int(text)))
        except OSError as error:
            reason = f"Cannot listen on port {text} ({error.strerror}); choose another: "
            raise CannotStart(f"{reason}make demo PORT=8001", 2) from error
    return int(text)


def run(port: int, stopping: StopFlag) -> None:
    """Prepare the shop, start everything, print the link, and keep it up until `stopping`."""
    LOG_DIR.mkdir(parents=True, exist_ok=True)
    say_whose_database()
    env = environment(port)
    link = prepare(env, stopping)
    children = [web(port, env), *(cluster(name, env) for name in CLUSTERS)]
    try:
        if not stopping.is_set:
            for child in children:
                child.start()
            wait_for_answer(children[0], port, stopping)
        if not stopping.is_set:
            print(link, flush=True)
            say("Ctrl-C ends the demo; what it did stays in var/.")
            keep_running(children, stopping)
        say("Stopping …")
    finally:
        stop(children)


def say_whose_database() -> None:
    """A demo leaves a server's database alone; whoever has named one is told so."""
    if os.environ.get("DATABASE_URL"):
        say("The demo keeps to var/demo.sqlite3; the database of DATABASE_URL is left alone.")


def environment(port: int) -> dict[str, str]:
    """The variables of `docs/settings.md` for a demo, over those of this process."""
    return os.environ | {
        "DATABASE_URL": f"sqlite:///{VAR_DIR / 'demo.sqlite3'}",
        "BASE_URL": f"http://{HOST}:{port}",
        "ALLOWED_HOSTS": f"{HOST},localhost",
        "DEBUG": "false",
        "HTTPS": "false",
        "BEHIND_PROXY": "false",
        "PYTHONUNBUFFERED": "1",
    }


def prepare(env: dict[str, str], stopping: StopFlag) -> str:
    """Migrate and fill what is not there yet; a fresh log-in link, or "" if told to stop."""
    link = output_of([sys.executable, "manage.py", "demo"], env, stopping)
    if link is None and not stopping.is_set:
        raise CannotStart("The demo shop could not be prepared; the lines above say why.", 1)
    return (link or "").strip()


def web(port: int, env: dict[str, str]) -> Child:
    """The web server."""
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", f"--bind={HOST}:{port}"]
    command += ["--threads=4", "--access-logfile=-", f"--access-logformat={ACCESS_LOG}"]
    command += ["--no-control-socket"]
    return Child("web", command, env, fresh_log("web"))


def cluster(name: str, env: dict[str, str]) -> Child:
    """A group of workers for the queue of this name."""
    command = [sys.executable, "manage.py", "work"]
    return Child(f"worker-{name}", command, env | {"Q_CLUSTER_NAME": name}, fresh_log(name))


def fresh_log(name: str) -> Path:
    """An empty log file for this run."""
    path = LOG_DIR / f"{name}.log"
    path.write_bytes(b"")
    return path


def wait_for_answer(server: Child, port: int, stopping: StopFlag) -> None:
    """Return when the web server answers or `stopping` is set; CannotStart if it never does."""
    deadline = time.monotonic() + SECONDS_TO_ANSWER
    while not stopping.is_set and not answers(port):
        if not server.is_running or time.monotonic() > deadline:
            raise CannotStart(f"The web server does not answer; see {server.log}.", 1)
        time.sleep(0.1)


def answers(port: int) -> bool:
    """Whether the log-in page is served."""
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    try:
        connection.request("GET", "/accounts/login/")
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
