"""Where the providers of a chaos are to be found (`town.py`), settled before settings are read."""

import os

from bench.chaos.apps import PATHS
from bench.chaos.postgres import HOST, free_port

VARIABLE = "PROVIDER_URLS"


def lead_there() -> None:
    """Reserve an address for each, and name it to Dangol."""
    urls = {name: f"http://{HOST}:{free_port()}" for name in PATHS}
    urls |= {"nhn_sms": urls["nhn_alimtalk"], "fcm_token": f"{urls['fcm']}/token"}
    os.environ[VARIABLE] = ",".join(f"{name}={url}" for name, url in urls.items())
    os.environ["SMTP_MAY_BE_LOCAL"] = "true"


def address(name: str) -> str:
    """The address of a provider."""
    return dict(pair.split("=") for pair in os.environ[VARIABLE].split(","))[name]


def port(name: str) -> int:
    """The port of it."""
    return int(address(name).rpartition(":")[2])
