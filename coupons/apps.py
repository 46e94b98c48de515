"""The app's entry in Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CouponsConfig(AppConfig):
    """See docs/architecture.md for the app's place in the house."""

    name = "coupons"
    verbose_name = _("Coupons")
