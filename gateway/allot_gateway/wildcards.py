"""Names with stars in them, as Elasticsearch's paths and parameters have them. Pure."""

from __future__ import annotations


def matches(pattern: str, name: str) -> bool:
    """Return whether `*` in the pattern can stand for what makes it the name.

    Each part is looked for once from where the last one ended, so that no pattern is slow.
    """
    first, *parts = pattern.split("*")
    if not parts:
        return name == pattern
    *middle, last = parts
    if not name.startswith(first):
        return False
    position = len(first)
    for part in middle:
        found = name.find(part, position)
        if found < 0:
            return False
        position = found + len(part)
    return name.endswith(last) and len(name) - len(last) >= position
