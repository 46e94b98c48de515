"""Floor 2: one message, once."""

from messaging.models.batches import (
    COUNTERS,
    OPEN_STATES,
    Batch,
    Chunk,
    Purpose,
    Reason,
    Run,
    RunState,
    State,
)
from messaging.models.gateways import Channel, Gateway, SendingSettings
from messaging.models.messages import Draft, Message, Outcome, PastReason
from messaging.models.templates import MessageTemplate, TemplateRevision, Topic

__all__ = [
    "COUNTERS",
    "OPEN_STATES",
    "Batch",
    "Channel",
    "Chunk",
    "Draft",
    "Gateway",
    "Message",
    "MessageTemplate",
    "Outcome",
    "PastReason",
    "Purpose",
    "Reason",
    "Run",
    "RunState",
    "SendingSettings",
    "State",
    "TemplateRevision",
    "Topic",
]
