"""Plan and send so many messages, in a process of its own: `python -m bench.one_size COUNT`.

Prints as JSON the seconds of both, and the peak memory in MiB of this process and of the worker's.
"""

import json
import sys

import django


def main(count: int) -> None:
    """Fill a shop, plan on the clock, then send on the clock."""
    django.setup()
    from django.db import connection

    from bench.figures import peak, seconds
    from bench.nhn import connect_shop, running
    from bench.plan import Street
    from bench.sender import senders

    street = Street(count, slug=f"size-{count}")
    connect_shop(street.shop)
    street.clear()
    planning = street.plan()
    planner_peak = peak()
    connection.close()
    found: list[tuple[int, float]] = []
    with running() as stand_in, senders(1, stand_in.url) as group:
        sending = seconds(lambda: found.append(group.send()))
    messages, sender_peak = found[0]
    if messages != street.sendable:
        raise AssertionError(f"sent {messages} of {street.sendable}")
    figures = {
        "plan_peak": planner_peak,
        "plan_seconds": planning,
        "dispatch_peak": sender_peak,
        "dispatch_seconds": sending,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main(int(sys.argv[1]))
