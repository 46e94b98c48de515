"""Logs that give nobody's phone number or e-mail away."""

import logging
import re
from typing import Any

import structlog

_PHONE = re.compile(r"(?<!\w)(\+?\d{2,3}[- ]?\d{1,4}[- ]?)\d{3,4}([- ]?\d{4})(?!\w)")
_EMAIL = re.compile(r"([A-Za-z0-9._%+-]{1,2})[A-Za-z0-9._%+-]*(@[A-Za-z0-9.-]+)")


def mask_personal(
    _logger: Any, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Mask phone numbers and e-mail addresses in every text of an event (F9)."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = mask_text(value)
    return event


def mask_text(text: str) -> str:
    """The text with phone numbers and e-mail addresses masked."""
    return _EMAIL.sub(r"\1***\2", _PHONE.sub(r"\1****\2", text))


def formatter() -> logging.Formatter:
    """The one formatter of all log lines."""
    return structlog.stdlib.ProcessorFormatter(
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            mask_personal,
            structlog.dev.ConsoleRenderer(colors=False),
        ]
    )
