"""The single door for facts from outside: API, files and malls all come through `ingest`."""

from orders.ingest.door import BATCH, Counts, ingest, registered, sink

__all__ = ["BATCH", "Counts", "ingest", "registered", "sink"]
