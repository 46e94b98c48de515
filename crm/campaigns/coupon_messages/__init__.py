"""Coupon messages (section A): what is planned, forecast, explained and asked again."""

from crm.campaigns.coupon_messages.explaining import (
    Explanation,
    ExplanationLine,
    Forecast,
    ForecastLine,
    explain,
    forecast,
)
from crm.campaigns.coupon_messages.planning import plan
from crm.campaigns.coupon_messages.rechecking import recheck

__all__ = [
    "Explanation",
    "ExplanationLine",
    "Forecast",
    "ForecastLine",
    "explain",
    "forecast",
    "plan",
    "recheck",
]
