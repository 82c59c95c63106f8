"""Whether one object has to be applied."""

from __future__ import annotations

from allot_cluster.interface import Manifest
from allot_cluster.resources import Resource
from allot_operator.facts.workloads import find_strangers
from allot_operator.planning.actions import Apply
from allot_operator.planning.differences import find_differences
from allot_operator.words import APPLIED_ANNOTATION


def plan_object(resource: Resource, live: Manifest | None, wanted: Manifest) -> Apply | None:
    """Return the apply that makes the object as wanted, or None if it is so already.

    The hash that the last apply of ours left tells the two causes apart: another hash means
    that we want something else now, the same hash that somebody else wrote.
    """
    if live is None:
        return Apply(resource, wanted, is_new=True)
    if _applied(live) != _applied(wanted):
        return Apply(resource, wanted)
    differences = find_differences(live, wanted)
    if not differences:
        return None
    return Apply(resource, wanted, overwritten=differences, strangers=find_strangers(live))


def _applied(manifest: Manifest) -> str:
    annotations = manifest["metadata"].get("annotations") or {}
    return str(annotations.get(APPLIED_ANNOTATION, ""))
