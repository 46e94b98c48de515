"""The app's entry in Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CrmConfig(AppConfig):
    """See docs/architecture.md for the app's place in the house."""

    name = "crm"
    verbose_name = _("CRM")
