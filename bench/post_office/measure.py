"""The rate at which django-post_office queues and sends, over SMTP to a local sink."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench import smtp_sink
from bench.database import fresh
from bench.rate import Rate

ROOT = Path(__file__).resolve().parent.parent.parent


def rate(count: int = 20_000, *, processes: int = 2) -> Rate:
    """Messages per second from `send_many` to the last one sent, on the server of `DATABASE_URL`.

    Raises RuntimeError where not every message arrived, and exactly once.
    """
    found = run(count, processes)
    arrived = (found["queued"], found["sent"], found["messages"], found["recipients"])
    if arrived != (count,) * 4:
        raise RuntimeError(f"Of {count} mails queued, sent, arrived, different: {arrived}")
    note = f"over SMTP; queued in {found['queueing']:.1f} s, sent in {found['sending']:.1f} s"
    return Rate(count / found["seconds"], note)


def run(count: int, processes: int) -> dict[str, Any]:
    """Queue and send in a process and a database of its own; its figures and the sink's."""
    with fresh(os.environ["DATABASE_URL"], "post_office") as url, smtp_sink.running() as sink:
        answer = subprocess.run(  # noqa: S603 - our own module
            [sys.executable, "-m", "bench.post_office.run", str(count), str(processes)],
            cwd=ROOT,
            env=os.environ | {"DATABASE_URL": url, "SMTP_PORT": str(sink.port)},
            stdout=subprocess.PIPE,
            check=True,
        )
    found: dict[str, Any] = json.loads(answer.stdout)
    return found | {"messages": sink.messages, "recipients": sink.recipients}
