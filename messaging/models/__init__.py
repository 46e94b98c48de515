"""Floor 2: one message, once."""

from messaging.models.batches import (
    COUNTERS,
    OPEN_STATES,
    Batch,
    Chunk,
    Reason,
    Run,
    RunState,
    State,
)
from messaging.models.gateways import (
    FEATURES,
    SENDING,
    Channel,
    ClosedFeature,
    Feature,
    Gateway,
    SenderNumber,
    SendingSettings,
    Service,
)
from messaging.models.messages import Draft, Message, Outcome, PastReason
from messaging.models.people import OptOut, OptOutSource, Tap
from messaging.models.points import (
    PointsEntry,
    PointsKind,
    Price,
    Recharge,
    RechargeState,
    Wallet,
)
from messaging.models.templates import (
    Inspection,
    MessageTemplate,
    Purpose,
    TemplateRevision,
    Topic,
)

__all__ = [
    "COUNTERS",
    "FEATURES",
    "OPEN_STATES",
    "SENDING",
    "Batch",
    "Channel",
    "Chunk",
    "ClosedFeature",
    "Draft",
    "Feature",
    "Gateway",
    "Inspection",
    "Message",
    "MessageTemplate",
    "OptOut",
    "OptOutSource",
    "Outcome",
    "PastReason",
    "PointsEntry",
    "PointsKind",
    "Price",
    "Purpose",
    "Reason",
    "Recharge",
    "RechargeState",
    "Run",
    "RunState",
    "SenderNumber",
    "SendingSettings",
    "Service",
    "State",
    "Tap",
    "TemplateRevision",
    "Topic",
    "Wallet",
]
