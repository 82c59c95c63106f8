"""Settings that are changed in part, as Elasticsearch's updates change them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def merge_settings(before: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is given over what there was; what is not named stays, and null clears."""
    return {name: value for name, value in {**before, **given}.items() if value is not None}
