"""Who set which field: the part of server-side apply that managedFields records.

A path is a tuple of the keys that Kubernetes' FieldsV1 uses: `f:name` for a field, `k:{...}` for
the item of a list that has key fields, `v:...` for a member of a list that is a set, and `.` for
the item itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

Path = tuple[str, ...]

# Lists whose items have an identity, by the name of the field that holds them. Everything else is
# replaced as a whole. `ports` differs between container and Service, so it takes what is there.
_KEYS: dict[str, tuple[str, ...]] = {
    "conditions": ("type",),
    "containers": ("name",),
    "env": ("name",),
    "initContainers": ("name",),
    "ownerReferences": ("uid",),
    "ports": ("containerPort", "port", "protocol"),
    "volumeMounts": ("mountPath",),
    "volumes": ("name",),
}
_DEFAULT_KEYS = {"protocol": "TCP"}
_SETS = {"finalizers"}
_ATOMIC = {"fieldRef", "resourceFieldRef", "selector", "labelSelector", "nodeSelectorTerms"}


def fields_of(value: Any, path: Path = (), name: str = "") -> set[Path]:
    """Return the path of every field that `value` sets."""
    if isinstance(value, dict) and value and name not in _ATOMIC:
        return {
            leaf
            for key, item in value.items()
            for leaf in fields_of(item, (*path, f"f:{key}"), key)
        }
    if isinstance(value, list) and name in _SETS:
        return {(*path, f"v:{json.dumps(item)}") for item in value}
    if isinstance(value, list) and name in _KEYS:
        found = set()
        for item in value:
            item_path = (*path, item_key(name, item))
            found |= {(*item_path, ".")} | fields_of(item, item_path)
        return found
    return {path}


def item_key(name: str, item: dict[str, Any]) -> str:
    """Return the path element that names one item of the list `name`."""
    keys = {
        key: item.get(key, _DEFAULT_KEYS.get(key))
        for key in _KEYS[name]
        if key in item or (key in _DEFAULT_KEYS)
    }
    return "k:" + json.dumps(keys, sort_keys=True, separators=(",", ":"))


def merge(live: Any, applied: Any, name: str = "") -> Any:
    """Return `live` with every field that `applied` sets."""
    if isinstance(live, dict) and isinstance(applied, dict) and name not in _ATOMIC:
        merged = dict(live)
        for key, value in applied.items():
            merged[key] = merge(live.get(key), value, key)
        return merged
    if isinstance(live, list) and name in _SETS:
        return live + [item for item in applied if item not in live]
    if isinstance(live, list) and isinstance(applied, list) and name in _KEYS:
        items = {item_key(name, item): item for item in live}
        for item in applied:
            key = item_key(name, item)
            items[key] = merge(items.get(key), item)
        return list(items.values())
    return applied


def value_at(value: Any, path: Path) -> Any:
    """Return what stands at the path, or None."""
    for name, element in _with_names(path):
        if value is None or element == ".":
            return value
        if element.startswith("f:"):
            value = value.get(element[2:]) if isinstance(value, dict) else None
        elif element.startswith("v:"):
            value = json.loads(element[2:]) if json.loads(element[2:]) in value else None
        else:
            value = next((item for item in value if item_key(name, item) == element), None)
    return value


def without(value: Any, paths: Iterable[Path]) -> Any:
    """Return `value` less the fields at these paths; what becomes empty by it goes too."""
    # Whole items first: an item is found by its key fields, which may be among the paths.
    for path in sorted(paths, key=lambda path: (path[-1] != ".", -len(path))):
        value = _without_one(value, path, "")
    return value


def _without_one(value: Any, path: Path, name: str) -> Any:
    head, rest = path[0], path[1:]
    if isinstance(value, dict) and head.startswith("f:"):
        key = head[2:]
        if key not in value:
            return value
        kept = _without_one(value[key], rest, key) if rest else None
        others = {other: item for other, item in value.items() if other != key}
        return others if kept in (None, {}, []) else {**value, key: kept}
    if isinstance(value, list) and head.startswith("v:"):
        return [item for item in value if item != json.loads(head[2:])]
    if isinstance(value, list) and name in _KEYS:
        return _without_in_items(value, head, rest, name)
    return value


def _without_in_items(items: list[Any], head: str, rest: Path, name: str) -> list[Any]:
    if rest == (".",):
        return [item for item in items if item_key(name, item) != head]
    return [
        _without_one(item, rest, "") if item_key(name, item) == head else item for item in items
    ]


def fields_v1(paths: Iterable[Path]) -> dict[str, Any]:
    """Return the paths in the nested form that managedFields has."""
    tree: dict[str, Any] = {}
    for path in sorted(paths):
        node = tree
        for element in path:
            node = node.setdefault(element, {})
    return tree


def _with_names(path: Path) -> list[tuple[str, str]]:
    """Pair each element with the name of the field that it is an element of."""
    names = ["", *(element[2:] if element.startswith("f:") else "" for element in path)]
    return list(zip(names, path, strict=False))
