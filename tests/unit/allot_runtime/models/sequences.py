"""Token sequences for the tests of models."""

from __future__ import annotations

from allot_runtime.models.interface import TokenSequence


def a_sequence(*ids: int) -> TokenSequence:
    """Return a sequence of the second type, so that types can be told from filling."""
    return TokenSequence(ids, (1,) * len(ids), is_truncated=False)
