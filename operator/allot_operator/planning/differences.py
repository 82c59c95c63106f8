"""Where a live object is not what we want it to be.

Only what we send is compared: fields that the API server fills in, or that others add beside
ours, are theirs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from allot_api.quantities import is_same_quantity

# The fields by which the items of a list are told apart, the most telling first.
IDENTIFYING = (("mountPath",), ("uid",), ("topologyKey", "whenUnsatisfiable"), ("name",))
# The one empty object that says something by being there.
CHOSEN_THOUGH_EMPTY = "emptyDir"
# The one flag of ours that the API server does not keep when it is false.
FALSE_IF_ABSENT = "readOnly"


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
    if key in live:
        return find_differences(live[key], wanted, path)
    return () if _is_same_as_absent(key, wanted) else (path,)


def _compare_lists(live: Sequence[Any], wanted: Sequence[Any], path: str) -> tuple[str, ...]:
    keys = _identifying_keys(wanted)
    if keys is None:
        return _compare_in_order(live, wanted, path)
    by_identity = {_identify(item, keys): item for item in live if isinstance(item, Mapping)}
    return tuple(
        found
        for item in wanted
        for found in _compare_field(
            by_identity, _identify(item, keys), item, f"{path}[{_identify(item, keys)}]"
        )
    )


def _compare_in_order(live: Sequence[Any], wanted: Sequence[Any], path: str) -> tuple[str, ...]:
    """Compare a list that belongs to one writer, in whose items the API server may fill in more."""
    if len(live) != len(wanted):
        return (path,)
    return tuple(
        found
        for index, (theirs, ours) in enumerate(zip(live, wanted, strict=True))
        for found in find_differences(theirs, ours, f"{path}[{index}]")
    )


def _is_same_as_absent(key: str, value: Any) -> bool:
    """Whether the API server keeps nothing of such a field."""
    if value is False:
        return key == FALSE_IF_ABSENT
    return key != CHOSEN_THOUGH_EMPTY and value in ("", [], {})


def _identifying_keys(items: Sequence[Any]) -> tuple[str, ...] | None:
    if not items or not all(isinstance(item, Mapping) for item in items):
        return None
    return next(
        (keys for keys in IDENTIFYING if all(key in item for key in keys for item in items)), None
    )


def _identify(item: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    return " ".join(str(item.get(key)) for key in keys)


def _is_same(live: Any, wanted: Any) -> bool:
    if isinstance(live, str) and isinstance(wanted, str):
        return live == wanted or is_same_quantity(live, wanted)
    return bool(live == wanted)
