"""Consent notices: members are told what they agreed to or refused, as the law asks (F3)."""

from crm.campaigns.consent_notices.forecasting import Forecast, forecast
from crm.campaigns.consent_notices.planning import plan
from crm.campaigns.consent_notices.reading import settings_of
from crm.campaigns.consent_notices.rechecking import recheck

__all__ = ["Forecast", "forecast", "plan", "recheck", "settings_of"]
