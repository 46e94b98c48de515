"""`python -m tests.standin --log FILE`: prints its port, then serves until it is killed."""

import argparse
import asyncio
from pathlib import Path

from tests.standin.desk import ACCEPTED, DELIVERED, Desk
from tests.standin.faults import Faults
from tests.standin.ledger import Ledger
from tests.standin.server import serve


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.standin", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    parser.add_argument("--log", type=Path, required=True, help="read back at the start")
    parser.add_argument("--remembers", type=float, default=10**9, help="a key, in seconds")
    parser.add_argument("--delivers", action="store_true", help="answer delivered, not accepted")
    parser.add_argument("--faults", type=float, default=0, help="the share that goes wrong")
    parser.add_argument("--seed", type=int, default=0, help="of the faults")
    told = parser.parse_args()
    desk = Desk(
        Ledger(told.log),
        Faults(told.faults, told.seed),
        remembers=told.remembers,
        code=DELIVERED if told.delivers else ACCEPTED,
    )
    asyncio.run(serve(desk, told.port))


if __name__ == "__main__":
    main()
