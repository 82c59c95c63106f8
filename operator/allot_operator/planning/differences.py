"""Where a live object is not what we want it to be.

Only what we send is compared: fields that the API server fills in, or that others add beside
ours, are theirs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from allot_api.quantities import is_same_quantity

# The fields by which the items of a list are told apart, the most telling first.
IDENTIFYING = ("mountPath", "uid", "topologyKey", "name")


def find_differences(live: Any, wanted: Any, path: str = "") -> tuple[str, ...]:
    """Return the paths of the wanted fields that the live value has not, or has otherwise."""
    if isinstance(wanted, Mapping) and isinstance(live, Mapping):
        return tuple(
            found
            for key, value in wanted.items()
            for found in _compare_field(live, key, value, f"{path}.{key}" if path else key)
        )
    if isinstance(wanted, list) and isinstance(live, list):
        return _compare_lists(live, wanted, path)
    return () if _is_same(live, wanted) else (path,)


def _compare_field(live: Mapping[Any, Any], key: str, wanted: Any, path: str) -> tuple[str, ...]:
    return find_differences(live[key], wanted, path) if key in live else (path,)


def _compare_lists(live: Sequence[Any], wanted: Sequence[Any], path: str) -> tuple[str, ...]:
    key = _identifying_key(wanted)
    if key is None:
        return () if live == wanted else (path,)
    by_key = {item.get(key): item for item in live if isinstance(item, Mapping)}
    return tuple(
        found
        for item in wanted
        for found in _compare_field(by_key, item[key], item, f"{path}[{item[key]}]")
    )


def _identifying_key(items: Sequence[Any]) -> str | None:
    if not items or not all(isinstance(item, Mapping) for item in items):
        return None
    return next((key for key in IDENTIFYING if all(key in item for item in items)), None)


def _is_same(live: Any, wanted: Any) -> bool:
    if isinstance(live, str) and isinstance(wanted, str):
        return live == wanted or is_same_quantity(live, wanted)
    return bool(live == wanted)
