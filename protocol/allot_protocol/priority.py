"""The classes in which inputs wait, at the gateway and in a pod, and how they take turns."""

from __future__ import annotations

from enum import StrEnum


class Priority(StrEnum):
    """A search has someone waiting; an ingest has a bulk that waits anyway."""

    SEARCH = "search"
    INGEST = "ingest"


# While both wait, one part in so many is an ingest's: of passes in a pod, of tokens at the gateway.
INGEST_SHARE = 8
# Up to here an input is a query, and beyond a passage.
SHORT_TOKENS = 32
# How many times as long as a short input's a long one's wait must be to count as much. Where the
# same clients ask again and again, the mean wait is what it is: what queries gain, passages lose.
# So the slowest passages wait about a seventh longer than first in, first out.
LONG_PATIENCE = 1.75
