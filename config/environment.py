"""Reading the environment. What is wrong in it is told in one line, by name and without its value.

A reader takes the text of a variable and raises ValueError with what the variable must be.
"""

import logging
import os
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.core.checks.security.base import (
    SECRET_KEY_MIN_LENGTH,
    SECRET_KEY_MIN_UNIQUE_CHARACTERS,
)
from django.core.exceptions import ImproperlyConfigured
from environ import Env

T = TypeVar("T")

ENGINES = ("django.db.backends.postgresql", "django.db.backends.sqlite3")
MAKE_FERNET_KEY = (
    'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'
)


def read(name: str, reader: Callable[[str], T], default: str) -> T:
    """What this environment variable says, or the default where it is empty or missing.

    Raises ImproperlyConfigured.
    """
    text = os.environ.get(name, "")
    try:
        return reader(text if text.strip() else default)
    except ValueError as error:
        # Not the error before: its words may hold the value, and that a password.
        raise ImproperlyConfigured(f"{name} {error}") from None


def flag(text: str) -> bool:
    """Yes or no. What is neither is none: `HTTPS=ture` would turn HTTPS off."""
    if text.lower() in Env.BOOLEAN_TRUE_STRINGS:
        return True
    if text.lower() in ("false", "off", "no", "n", "0"):
        return False
    raise ValueError("must be true or false")


def names(text: str) -> list[str]:
    """A list, separated by commas."""
    return [each.strip() for each in text.split(",") if each.strip()]


def secret_key(text: str) -> str:
    """As long and as mixed as Django's deployment check (security.W009) asks for; or none."""
    short = len(text) < SECRET_KEY_MIN_LENGTH or len(set(text)) < SECRET_KEY_MIN_UNIQUE_CHARACTERS
    if text and short:
        raise ValueError(f"must be at least {SECRET_KEY_MIN_LENGTH} random characters")
    return text


def fernet_keys(text: str) -> list[str]:
    """Keys that `cryptography.fernet` takes."""
    keys = names(text)
    for n, key in enumerate(keys, 1):
        try:
            Fernet(key)
        except ValueError:
            raise ValueError(
                "must be Fernet keys, separated by commas, and "
                f"number {n} is none. This makes one: {MAKE_FERNET_KEY}"
            ) from None
    return keys


def address(text: str) -> str:
    """An http or https address, without a slash at the end."""
    if not _is_address(text):
        raise ValueError("must be an address such as https://crm.example.com")
    return text.rstrip("/")


def addresses(text: str) -> dict[str, str]:
    """Addresses by name: `name=https://…,other=https://…`."""
    found = {name.strip(): url for name, _, url in (each.partition("=") for each in names(text))}
    if not all(name and _is_address(url) for name, url in found.items()):
        raise ValueError("must be addresses by name: solapi=https://…,aligo=https://…")
    return found


def database(text: str) -> dict[str, Any]:
    """A database as Django's settings describe it."""
    known = Env.DB_SCHEMES.get(text.partition(":")[0]) in ENGINES
    try:
        found: dict[str, Any] = dict(Env.db_url_config(text)) if known else {}
    except ValueError:
        found = {}
    if not found.get("NAME"):
        raise ValueError(
            "must be postgres://user:password@host:5432/name or sqlite:////absolute/path"
        )
    return found


def mail(text: str) -> dict[str, Any]:
    """Django's settings for mail."""
    try:
        found: dict[str, Any] = dict(Env.email_url_config(text))
    except (ValueError, ImproperlyConfigured):
        found = {}
    if not found or (text.startswith("smtp") and not found.get("EMAIL_HOST")):
        raise ValueError(
            "must be smtp+tls://user:password@host:587, smtp+ssl://… or consolemail://"
        )
    return found


def seconds(text: str) -> float:
    """A number of seconds."""
    try:
        return float(text)
    except ValueError:
        raise ValueError("must be a number of seconds") from None


def level(text: str) -> str:
    """The name of a level of logging."""
    if text.upper() not in logging.getLevelNamesMapping():
        raise ValueError("must be DEBUG, INFO, WARNING, ERROR or CRITICAL")
    return text.upper()


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
