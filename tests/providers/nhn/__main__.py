"""`python -m tests.providers.nhn`: prints its port, then serves until it is killed.

`POST /-/faults` and `POST /-/templates` tell it what to do, `GET /-/counts` what it has taken.
"""

import asyncio
from typing import cast

from tests.providers.nhn.desk import NhnDesk
from tests.standin.desk import Desk
from tests.standin.server import serve

if __name__ == "__main__":
    # The server asks nothing of a desk but `fault_for` and `answer`.
    asyncio.run(serve(cast(Desk, NhnDesk(keeps_requests=False)), 0))
