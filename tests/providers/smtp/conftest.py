"""A mail server on loopback may be sent to here."""

import pytest


@pytest.fixture(autouse=True)
def local_servers(settings):
    settings.SMTP_MAY_BE_LOCAL = True
