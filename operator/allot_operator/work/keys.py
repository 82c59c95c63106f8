"""The name of one piece of work: an object that is to be looked at."""

from __future__ import annotations

from dataclasses import dataclass

from allot_cluster.resources import Resource


@dataclass(frozen=True, slots=True)
class Key:
    """One object of one of the three kinds."""

    resource: Resource
    namespace: str
    name: str

    def __str__(self) -> str:
        """Return it as log lines name it."""
        return f"{self.resource.kind} {self.namespace}/{self.name}"
