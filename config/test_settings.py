"""Settings for the tests: as on a server, without what only costs time there.

The database is the one of DATABASE_URL, by default SQLite. Each process has a test database of its
own, so that two runs side by side don't meet.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

os.environ.update(HTTPS="false", DEBUG="false")

from config.settings import *  # noqa: E402, F403
from config.settings import DATABASES, INSTALLED_APPS, MIDDLEWARE, STORAGES  # noqa: E402

_database = DATABASES["default"]
if _database["ENGINE"].endswith("sqlite3"):
    # A file, not memory: threads and child processes must be able to open it too.
    _folder = tempfile.mkdtemp(prefix="dangol-test-")
    atexit.register(shutil.rmtree, _folder, ignore_errors=True)
    _database["TEST"] = {"NAME": str(Path(_folder) / "test.sqlite3")}
else:
    _database["TEST"] = {"NAME": f"test_dangol_{os.getpid()}"}

# Real hashing is slow on purpose, and the manifest needs a collectstatic.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

# Fails a request that asks the database once for each row.
INSTALLED_APPS = [*INSTALLED_APPS, "zeal"]
MIDDLEWARE = ["zeal.middleware.zeal_middleware", *MIDDLEWARE]
