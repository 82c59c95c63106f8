"""`?human`: times and sizes once more as people read them, before each. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

KIBI = 1024
MILLISECONDS = 1000
_UNITS = ("b", "kb", "mb", "gb", "tb", "pb")


def write_time(milliseconds: int) -> str:
    """Return a time since 1970 as Elasticsearch writes it: 2026-01-01T00:00:00.000Z."""
    moment = datetime.fromtimestamp(milliseconds / MILLISECONDS, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def write_size(size_bytes: int) -> str:
    """Return a number of bytes as Elasticsearch writes it: 448.8mb."""
    size, unit = float(size_bytes), 0
    while size >= KIBI and unit < len(_UNITS) - 1:
        size, unit = size / KIBI, unit + 1
    # Elasticsearch cuts after one digit; it does not round.
    whole, tenth = divmod(int(size * 10), 10)
    return f"{whole}.{tenth}{_UNITS[unit]}" if tenth else f"{whole}{_UNITS[unit]}"


_TWINS: Mapping[str, tuple[str, Callable[[int], str]]] = {
    "create_time": ("create_time_string", write_time),
    "last_access": ("last_access_string", write_time),
    "start_time": ("start_time_string", write_time),
    "timestamp": ("timestamp_string", write_time),
    "model_size_bytes": ("model_size", write_size),
    "required_native_memory_bytes": ("required_native_memory", write_size),
}


def add_twins(value: Any) -> Any:
    """Return an answer with a twin before each field that has one."""
    if isinstance(value, list):
        return [add_twins(item) for item in value]
    if not isinstance(value, dict):
        return value
    whole: dict[str, Any] = {}
    for name, item in value.items():
        if name in _TWINS and isinstance(item, int):
            twin, write = _TWINS[name]
            whole[twin] = write(item)
        whole[name] = add_twins(item)
    return whole
