"""A process that does one thing over and over until it is killed.

`python -m bench.chaos.loops NAME SEED`. What fails, the database above all, is written to the log
and tried again, as a worker does.
"""

import logging
import random
import sys
import time

import django

# Between two rounds, in seconds: from, to.
PAUSE = 0.2, 0.8

logger = logging.getLogger(__name__)


def main(name: str, seed: str) -> None:
    """Run the rounds of this name for ever."""
    django.setup()
    from django.db import close_old_connections

    from bench.chaos.rounds import ROUNDS

    dice = random.Random(seed)  # noqa: S311 - dice, not secrets
    while True:
        close_old_connections()
        try:
            ROUNDS[name](dice)
        except Exception:
            logger.exception("%s failed", name)
        time.sleep(dice.uniform(*PAUSE))


if __name__ == "__main__":
    main(*sys.argv[1:3])
