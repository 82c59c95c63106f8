"""What a pod needs to get at its model: a Secret's keys, a claim's folder, the cache's bound."""

from __future__ import annotations

from typing import Any

from allot_api.model_deployment import Cache
from allot_api.quantities import parse_quantity
from allot_api.trained_model import ModelSource

CLAIM_SCHEME = "pvc://"
CLAIM_VOLUME, CLAIM_PATH = "model", "/var/lib/allot/claim"


def find_claim(source: ModelSource) -> str | None:
    """Return the name of the PersistentVolumeClaim that a source lies on, if it does."""
    if not source.uri.startswith(CLAIM_SCHEME):
        return None
    return source.uri.removeprefix(CLAIM_SCHEME).partition("/")[0]


def build_source_volumes(source: ModelSource) -> list[dict[str, Any]]:
    """Return the volume of a source that is a claim; readers never write to it."""
    claim = find_claim(source)
    if claim is None:
        return []
    return [{"name": CLAIM_VOLUME, "persistentVolumeClaim": {"claimName": claim, "readOnly": True}}]


def build_source_mounts(source: ModelSource) -> list[dict[str, Any]]:
    """Return where the container finds the claim."""
    if find_claim(source) is None:
        return []
    return [{"name": CLAIM_VOLUME, "mountPath": CLAIM_PATH, "readOnly": True}]


def build_source_environment(source: ModelSource, cache: Cache) -> dict[str, str]:
    """Return what the runtime is told of both; nothing where its defaults are right."""
    values = {}
    if find_claim(source) is not None:
        values["ALLOT_CLAIM_DIR"] = CLAIM_PATH
    limit = find_size_limit(cache)
    if limit is not None:
        values["ALLOT_CACHE_LIMIT_BYTES"] = str(limit)
    return values


def build_secret_environment(source: ModelSource) -> dict[str, Any]:
    """Return `envFrom` of the Secret that the source names.

    A pod whose Secret is not there yet waits for it: its kubelet says so, and tries again.
    """
    if source.secret_ref is None:
        return {}
    return {"envFrom": [{"secretRef": {"name": source.secret_ref.name}}]}


def find_size_limit(cache: Cache) -> int | None:
    """Return the bytes that the cache may take; None if they are not bounded."""
    kinds = (cache.empty_dir, cache.persistent_volume_claim, cache.host_path)
    limits = [kind.size_limit for kind in kinds if kind is not None and kind.size_limit]
    amount = parse_quantity(limits[0]) if limits else None
    return int(amount) if amount is not None else None
