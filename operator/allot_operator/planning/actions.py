"""The writes that a plan consists of, in the order in which they are made."""

from __future__ import annotations

from dataclasses import dataclass

from allot_api.names import SHAPE_MANAGER
from allot_cluster.interface import Manifest
from allot_cluster.resources import Resource
from allot_cluster.subjects import Subject


@dataclass(frozen=True, slots=True)
class Apply:
    """One server-side apply.

    `overwritten` are the fields that somebody else had changed, and `strangers` who that
    probably was, by field manager; both are empty for a change of our own.
    """

    resource: Resource
    manifest: Manifest
    manager: str = SHAPE_MANAGER
    is_new: bool = False
    overwritten: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Return the name of the object."""
        return str(self.manifest["metadata"]["name"])

    @property
    def is_scaling(self) -> bool:
        """Whether it sets the target of allocations and nothing else."""
        return self.manager != SHAPE_MANAGER


@dataclass(frozen=True, slots=True)
class Remove:
    """One delete, of exactly the object that was read."""

    subject: Subject


Action = Apply | Remove
