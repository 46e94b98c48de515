"""Dangol's settings, with the stand-in among its providers and, if told so, a clock that runs fast.

The clock comes first: whoever imports Django's `now` by name is to get the fast one.
"""

from bench.chaos.clock import hasten, is_fast

if is_fast():
    hasten()

from config import settings as _settings  # noqa: E402
from config.settings import *  # noqa: E402, F403

INSTALLED_APPS = [*_settings.INSTALLED_APPS, "bench.chaos"]
