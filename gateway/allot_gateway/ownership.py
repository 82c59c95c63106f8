"""Who wrote which part of an object's spec, as its managedFields record it. Pure.

What a person or a GitOps tool applied is not changed behind their back: the next apply would undo
the change, or bring back what was deleted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from allot_cluster.interface import Manifest

GATEWAY_MANAGER = "allot-gateway"
Field = tuple[str, ...]


def find_owners(manifest: Manifest, fields: Collection[Field] = ((),)) -> tuple[str, ...]:
    """Return the field managers, but for the gateway, that own one of some fields of the spec.

    A field is the path of its names below `spec`; the empty one is the whole spec.
    """
    owners = {
        entry["manager"]
        for entry in manifest["metadata"].get("managedFields", ())
        if not entry.get("subresource") and entry["manager"] != GATEWAY_MANAGER
        for field in fields
        if _owns(entry.get("fieldsV1", {}), ("spec", *field))
    }
    return tuple(sorted(owners))


def _owns(tree: dict[str, Any], field: Field) -> bool:
    return all(node is not None for node in _walk(tree, field))


def _walk(tree: dict[str, Any], field: Field) -> Iterator[dict[str, Any] | None]:
    node: dict[str, Any] | None = tree
    for name in field:
        node = None if node is None else node.get(f"f:{name}")
        yield node
