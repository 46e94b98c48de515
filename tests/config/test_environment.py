"""A wrong setting is told in one line, by name and without its value."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from config import environment
from config.environment import read

ROOT = Path(__file__).resolve().parents[2]
SECRET = "hunter2"


@pytest.mark.parametrize(
    ("name", "reader", "text"),
    [
        ("HTTPS", environment.flag, "ture"),
        ("SECRET_KEY", environment.secret_key, SECRET),
        ("SECRET_KEY", environment.secret_key, "x" * 64),
        ("ENCRYPTION_KEYS", environment.fernet_keys, SECRET),
        ("ENCRYPTION_KEYS", environment.fernet_keys, f"{Fernet.generate_key().decode()},{SECRET}"),
        ("BASE_URL", environment.address, "zz"),
        ("BASE_URL", environment.address, "https://"),
        ("BASE_URL", environment.address, "https://crm.example.com:port"),
        ("PROVIDER_URLS", environment.addresses, "zzz"),
        ("PROVIDER_URLS", environment.addresses, "solapi=zzz"),
        ("PROVIDER_URLS", environment.addresses, "=https://proxy.example.com"),
        ("DATABASE_URL", environment.database, "zzz"),
        ("DATABASE_URL", environment.database, f"mysql://user:{SECRET}@host/name"),
        ("DATABASE_URL", environment.database, f"postgres://user:{SECRET}@host"),
        ("DATABASE_URL", environment.database, f"postgres://user@host:{SECRET}/name"),
        ("EMAIL_URL", environment.mail, "zz://x"),
        ("EMAIL_URL", environment.mail, "smtp+tls://"),
        ("EMAIL_URL", environment.mail, f"smtp+tls://user@host:{SECRET}"),
        ("WORKER_BEAT", environment.seconds, "often"),
        ("LOG_LEVEL", environment.level, "LOUD"),
    ],
)
def test_what_is_wrong_is_told_by_name_and_without_its_value(monkeypatch, name, reader, text):
    monkeypatch.setenv(name, text)
    with pytest.raises(ImproperlyConfigured, match=f"^{name} must be ") as refused:
        read(name, reader, "")
    assert SECRET not in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("reader", "text", "found"),
    [
        (environment.flag, "True", True),
        (environment.flag, "off", False),
        (environment.names, "a, b,", ["a", "b"]),
        (environment.address, "https://crm.example.com/dangol/", "https://crm.example.com/dangol"),
        (
            environment.addresses,
            "a=http://h:1/?b=c,d=http://e",
            {"a": "http://h:1/?b=c", "d": "http://e"},
        ),
        (environment.seconds, "0.5", 0.5),
        (environment.level, "debug", "DEBUG"),
    ],
)
def test_what_is_right_is_read(monkeypatch, reader, text, found):
    monkeypatch.setenv("ANYTHING", text)
    assert read("ANYTHING", reader, "") == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("sqlite:////var/lib/dangol.sqlite3", "/var/lib/dangol.sqlite3"),
        ("postgres:///dangol", "dangol"),
        ("postgres://user:pass@host:5432/shop", "shop"),
    ],
)
def test_a_database_is_found_by_its_address(monkeypatch, text, found):
    monkeypatch.setenv("DATABASE_URL", text)
    assert read("DATABASE_URL", environment.database, "")["NAME"] == found


@pytest.mark.parametrize("text", ["", " "])
def test_what_is_empty_is_the_default(monkeypatch, text):
    monkeypatch.setenv("HTTPS", text)
    assert read("HTTPS", environment.flag, "true") is True


@pytest.mark.parametrize("command", ["check", "create_shop", "work"])
@pytest.mark.parametrize("name", ["DATABASE_URL", "ENCRYPTION_KEYS", "EMAIL_URL", "SECRET_KEY"])
def test_a_command_refuses_wrong_settings_in_one_line(name, command):
    done = subprocess.run(
        [sys.executable, "manage.py", command],
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings", name: SECRET},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert f"{name} must be" in done.stderr
    assert SECRET not in done.stderr
