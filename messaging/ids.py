"""Ids that are reckoned from their chunk, so that a row can be referred to before it is there.

A batch's is `chunk · 10⁹ + class · 10⁵ + n`, a message's `chunk · 10⁶ + number`.
"""

from messaging.models import Chunk

MESSAGES_A_CHUNK = 10**6
BATCHES_A_CLASS = 10**5
CLASSES_A_CHUNK = 10**4
# The class of what was joined with another message; the others are counted from 0.
JOINED = CLASSES_A_CHUNK - 1


def first_message(chunk: Chunk) -> int:
    """The id of the chunk's message number 0."""
    return chunk.pk * MESSAGES_A_CHUNK


def first_batch(chunk: Chunk, index: int) -> int:
    """The id of the first batch of the chunk's class of this index."""
    return (chunk.pk * CLASSES_A_CHUNK + index) * BATCHES_A_CLASS
