"""Which bodies are read and how answers are labelled, as Elasticsearch's clients ask. Pure.

Its clients send `application/vnd.elasticsearch+json; compatible-with=N` with their own major
version and want the answer so labelled; curl and browsers send plain JSON.
"""

from __future__ import annotations

import re

JSON = "application/json"
_VENDORED = re.compile(
    r"application/vnd\.elasticsearch\+json\s*;\s*compatible-with\s*=\s*\"?([789])\"?", re.IGNORECASE
)
_PLAIN = re.compile(r"application/(vnd\.elasticsearch\+)?json\s*(;.*)?", re.IGNORECASE)


def is_json(content_type: str) -> bool:
    """Whether a body of this Content-Type is read."""
    return bool(_VENDORED.fullmatch(content_type.strip()) or _PLAIN.fullmatch(content_type.strip()))


def choose_answer_type(accept: str) -> str:
    """Return the Content-Type of an answer to a client that accepts so."""
    match = _VENDORED.search(accept)
    if match is None:
        return JSON
    return f"application/vnd.elasticsearch+json;compatible-with={match[1]}"
