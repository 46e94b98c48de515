"""`python -m tests.providers.nhn`: prints its port, then serves until it is killed.

`POST /-/faults` and `POST /-/templates` tell it what to do, `GET /-/counts` what it has taken.
"""

import asyncio
import os
from typing import cast

import django

from tests.standin.desk import Desk
from tests.standin.server import serve


def main() -> None:
    """Serve."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.test_settings")
    django.setup()
    from tests.providers.nhn.desk import NhnDesk

    # The server asks nothing of a desk but `fault_for` and `answer`.
    asyncio.run(serve(cast(Desk, NhnDesk(keeps_requests=False)), 0))


if __name__ == "__main__":
    main()
