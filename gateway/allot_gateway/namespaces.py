"""Which namespace a request is for: the first part of its path, or the default one. Pure.

Elasticsearch has no namespaces, so a client's base URL names one: `http://gateway:9200/search`
for the endpoints of `search`, and `http://gateway:9200` for those of the default.
"""

from __future__ import annotations

# The first parts of paths that are no namespace, beside those with an underscore: no name has one.
ROOTS = frozenset({"", "livez", "readyz", "metrics", "v1", "v2", "tei"})


def split_namespace(path: str, default: str) -> tuple[str, str]:
    """Return a path's namespace, and the path below it."""
    first, slash, rest = path.lstrip("/").partition("/")
    if first in ROOTS or first.startswith("_"):
        return default, path
    return first, f"/{rest}" if slash else "/"
