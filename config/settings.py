"""Dangol's settings. Everything that differs between places comes from the environment.

`docs/settings.md` lists the variables. Without any, Dangol runs on an SQLite file below `var/`.
"""

import logging
import os
from base64 import urlsafe_b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from config.environment import (
    address,
    addresses,
    database,
    fernet_keys,
    flag,
    level,
    mail,
    names,
    read,
    seconds,
    secret_key,
)
from config.secret import kept_secret

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

DEBUG = read("DEBUG", flag, "false")
SECRET_KEY = read("SECRET_KEY", secret_key, "") or kept_secret(VAR_DIR / "secret-key")
SECRET_KEY_FALLBACKS = read("SECRET_KEY_FALLBACKS", names, "")
# What providers' accounts are encrypted with: the first writes, each reads. Those that follow from
# SECRET_KEY, which write where no other is given, always read: what they wrote stays readable.
ENCRYPTION_KEYS: list[str] = [
    *read("ENCRYPTION_KEYS", fernet_keys, ""),
    *(
        urlsafe_b64encode(sha256(b"accounts:" + key.encode()).digest()).decode()
        for key in (SECRET_KEY, *SECRET_KEY_FALLBACKS)
    ),
]

ALLOWED_HOSTS = read("ALLOWED_HOSTS", names, "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = read("CSRF_TRUSTED_ORIGINS", names, "")
# The address under which people reach this server, for links in mails and command output.
BASE_URL = read("BASE_URL", address, "http://127.0.0.1:8000")

INSTALLED_APPS = [
    "orders",
    "coupons",
    "messaging",
    "crm",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "django_q",
    "template_partials",
    "ninja",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "orders.access.ShopMiddleware",
    "orders.access.PageHeadersMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# --- Database ---------------------------------------------------------------------------------
DATABASES: dict[str, Any] = {
    "default": read("DATABASE_URL", database, f"sqlite:///{VAR_DIR / 'dangol.sqlite3'}")
}
_database = DATABASES["default"]
if _database["ENGINE"].endswith("sqlite3"):
    # One writer at a time is SQLite's nature: begin as a writer and wait, rather than fail late.
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    _database["CONN_MAX_AGE"] = 600
    _database["CONN_HEALTH_CHECKS"] = True
# Log-in attempts are counted in the cache, so all processes share one. Migrating makes its table.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "dangol_cache",
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Who is it --------------------------------------------------------------------------------
AUTH_USER_MODEL = "orders.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
# Nobody signs up, so there is nothing to offer to an address that nobody has.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_ADAPTER = "orders.access.AccountAdapter"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]

# --- Security ---------------------------------------------------------------------------------
HTTPS = read("HTTPS", flag, "true")
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
if read("BEHIND_PROXY", flag, "false"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # Whose attempts are counted: the address that the proxy adds at the end of X-Forwarded-For.
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- Languages and time -----------------------------------------------------------------------
LANGUAGE_CODE = "ko"
LANGUAGES = [("ko", _("Korean")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
TIME_ZONE = "UTC"  # a shop's own zone is applied where its times are shown
USE_TZ = True

# --- Static files -----------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}

# --- Mail -------------------------------------------------------------------------------------
vars().update(read("EMAIL_URL", mail, "consolemail://"))
DEFAULT_FROM_EMAIL = read("DEFAULT_FROM_EMAIL", str, "dangol@localhost")

# --- Points -----------------------------------------------------------------------------------
# Where shops transfer money for points, as one would write it on an invoice.
BANK_ACCOUNT = read("BANK_ACCOUNT", str, "")

# --- Providers --------------------------------------------------------------------------------
# Other addresses for providers by name, for a proxy or a stand-in: nhn_alimtalk=http://…,smtp=…
PROVIDER_URLS = read("PROVIDER_URLS", addresses, "")
# A merchant types a mail server's address, which must not lead into this server's own network;
# where the mail server stands there, say so.
SMTP_MAY_BE_LOCAL = read("SMTP_MAY_BE_LOCAL", flag, "false")

# --- Background work --------------------------------------------------------------------------
# The figures and their reasons: docs/measurements.md, "The queue".
_CLUSTER = {
    "workers": 2,
    "queue_limit": 2,
    "bulk": 1,
    "timeout": 150,
    "retry": 600,
    "max_attempts": 3,
    "ack_failures": False,
    "catch_up": False,
    "save_limit": -1,
    "poll": 0.2,
    "recycle": 500,
    "orm": "default",
    # It tells of the sentinel's rounds; and `manage.py work` looks at the schedules instead of it.
    "broker_class": "crm.heartbeat.Broker",
    "scheduler": False,
    "label": "Tasks",
}
# Planning a large shop outlasts a dispatch task, so it has a cluster of its own.
_PLAN_CLUSTER = _CLUSTER | {"workers": 1, "timeout": 900, "retry": 4500}
Q_CLUSTER: dict[str, Any] = {
    **_CLUSTER,
    "name": "dangol",
    # What may take long and nobody's message waits for has a cluster of its own, too: "slow".
    "ALT_CLUSTERS": {"dangol": _CLUSTER, "plan": _PLAN_CLUSTER, "slow": _PLAN_CLUSTER},
}
os.environ.setdefault("Q_CLUSTER_NAME", "dangol")


# How often a group of workers shows that it lives, and after how long without a sign it is killed
# and started again.
WORKER_BEAT = read("WORKER_BEAT", seconds, "5")
WORKER_SILENCE = read("WORKER_SILENCE", seconds, "180")

# --- Logs -------------------------------------------------------------------------------------
LOG_LEVEL = read("LOG_LEVEL", level, "INFO")


def _no_beat(record: logging.LogRecord) -> bool:
    """Beats that come and go as they should would fill the logs."""
    return record.levelno > logging.INFO or "'crm.tasks.beat'" not in record.getMessage()


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"masked": {"()": "orders.logs.formatter"}},
    "filters": {"no_beats": {"()": "django.utils.log.CallbackFilter", "callback": _no_beat}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "masked"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {"django-q": {"filters": ["no_beats"]}},
}
