"""The classes in which inputs wait."""

from __future__ import annotations

from enum import StrEnum


class Priority(StrEnum):
    """A search has someone waiting; an ingest has a bulk that waits anyway."""

    SEARCH = "search"
    INGEST = "ingest"
