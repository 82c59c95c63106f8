r"""Elasticsearch's `filter_path`: which fields of an answer are kept. Pure.

Paths are joined by commas, their names by dots (`\.` is a dot within a name); `*` stands for any
part of a name, `**` for any number of names, and a leading `-` takes fields out. A list is as if it
were not there. What is taken out goes first. An object that is left with nothing goes too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from allot_gateway.wildcards import matches

Path = tuple[str, ...]

# An answer costs its fields times the paths, and strangers write the paths.
MOST_CHARACTERS, MOST_PATHS = 4096, 100
ANY_DEPTH = "**"
_SEPARATOR = re.compile(r"(?<!\\)\.")
_WHOLE: Path = ()


class _Nothing:
    """Of a value nothing is kept."""


_NOTHING = _Nothing()


@dataclass(frozen=True, slots=True)
class PathFilter:
    """Paths to keep, none of them meaning all, and paths to take out."""

    included: frozenset[Path] = frozenset()
    excluded: frozenset[Path] = frozenset()


def is_too_large(text: str) -> bool:
    """Whether a query parameter asks for more than a filter may."""
    return len(text) > MOST_CHARACTERS or text.count(",") >= MOST_PATHS


def parse_filter(text: str) -> PathFilter:
    """Return the filter that a query parameter asks for."""
    wanted = [part.strip() for part in text.split(",") if part.strip()]
    return PathFilter(
        included=frozenset(_split(part) for part in wanted if not part.startswith("-")),
        excluded=frozenset(_split(part[1:]) for part in wanted if part.startswith("-")),
    )


def filter_content(content: Mapping[str, Any], wanted: PathFilter) -> Mapping[str, Any]:
    """Return what of an answer is kept."""
    kept: Any = content
    if wanted.excluded:
        kept = _exclude(kept, wanted.excluded)
    if wanted.included:
        kept = _include(kept, wanted.included)
    return kept if isinstance(kept, dict) else {}


def _split(path: str) -> Path:
    names = [name.replace("\\.", ".") for name in _SEPARATOR.split(path)]
    # Any number of names twice is any number of names, and costs twice as much at every field.
    return tuple(
        name
        for at, name in enumerate(names)
        if name != ANY_DEPTH or names[at - 1 : at] != [ANY_DEPTH]
    )


def _include(value: Any, paths: frozenset[Path]) -> Any:
    if _WHOLE in paths:
        return value
    if isinstance(value, dict):
        kept = {name: _include(item, _advance(paths, name)) for name, item in value.items()}
        return {name: item for name, item in kept.items() if item is not _NOTHING} or _NOTHING
    if isinstance(value, list):
        return [one for item in value if (one := _include(item, paths)) is not _NOTHING] or _NOTHING
    return _NOTHING


def _exclude(value: Any, paths: frozenset[Path]) -> Any:
    if _WHOLE in paths:
        return _NOTHING
    if not paths or not value or not isinstance(value, dict | list):
        return value
    if isinstance(value, dict):
        left = {name: _exclude(item, _advance(paths, name)) for name, item in value.items()}
        return {name: item for name, item in left.items() if item is not _NOTHING} or _NOTHING
    return [one for item in value if (one := _exclude(item, paths)) is not _NOTHING] or _NOTHING


def _advance(paths: Iterable[Path], name: str) -> frozenset[Path]:
    """Return what is left of each path behind a field of this name."""
    return frozenset(rest for path in paths for rest in _behind(path, name))


def _behind(path: Path, name: str) -> Iterable[Path]:
    if not path:
        return
    if path[0] == ANY_DEPTH:
        yield path
        if len(path) == 1:
            yield _WHOLE
        yield from _behind(path[1:], name)
    elif matches(path[0], name):
        yield path[1:]
