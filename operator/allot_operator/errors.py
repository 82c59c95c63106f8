"""What a pass can end with, beside the errors of `allot_cluster`.

OperatorError
└── GatherAgain    what was read is outdated: the pass starts over, soon
"""

from __future__ import annotations


class OperatorError(Exception):
    """A pass did not end as planned; the text is fit for the log."""


class GatherAgain(OperatorError):
    """An object has changed or gone since it was read, or is just going."""


class WatchesEnded(OperatorError):
    """The watches ended of themselves: the process ends too, and is started anew."""
