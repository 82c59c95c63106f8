"""Deprecation warnings, as Elasticsearch's clients take them from the header `Warning`. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from allot_gateway.version import BUILD_HASH, VERSION

ELSER_SERVICE = (
    "The [elser] service is deprecated. Use the [elasticsearch] service instead, with [model_id] "
    "set to [.elser_model_2] in the [service_settings]"
)
_OBSOLETE = 299


def warn(sentence: str) -> Mapping[str, str]:
    """Return the headers of an answer that warns; 299 is RFC 7234's persistent warning."""
    quoted = sentence.replace("\\", "\\\\").replace('"', '\\"')
    return {"Warning": f'{_OBSOLETE} Elasticsearch-{VERSION}-{BUILD_HASH} "{quoted}"'}
