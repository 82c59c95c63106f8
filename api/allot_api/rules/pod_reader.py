"""How the rules of the pod block find what they need in each kind that has one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic

from allot_api.pod_settings import PodSettings
from allot_api.rules.rule import Candidate, SpecT


@dataclass(frozen=True, slots=True)
class PodReader(Generic[SpecT]):
    """How the rules find what they need in one kind: the block, and the number of threads.

    `threads_cel` is the number's CEL expression; `threads` reads the same.
    """

    pod: Callable[[Candidate[SpecT]], PodSettings | None]
    threads_cel: str
    threads: Callable[[Candidate[SpecT]], int]

    def block(self, candidate: Candidate[SpecT]) -> PodSettings:
        """Return the block, an empty one if there is none."""
        return self.pod(candidate) or PodSettings()
