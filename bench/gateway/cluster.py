"""The API server of the measured gateway: one API key, which may do everything; no pods' token."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from allot_api.api_keys import ApiKey, build_api_key_secret, encode_credentials
from allot_api.key_hashes import hash_key
from allot_cluster.interface import Change, ChangeType, Manifest
from allot_cluster.resources import Resource

KEY_ID, SECRET = "benchmark", "known-to-everybody"
AUTHORIZATION = f"ApiKey {encode_credentials(KEY_ID, SECRET)}"


class KeyCluster:
    """Answers what a gate asks, and nothing else: nothing here starts from zero."""

    async def get(self, *_: Any) -> None:
        """Find no Secret with a pods' token."""

    async def create(self, resource: Resource, manifest: Manifest, **_: Any) -> Manifest:
        """Allow whatever is asked."""
        return {**manifest, "status": {"allowed": True}}

    async def watch(self, *_: Any, namespace: str, **__: Any) -> AsyncGenerator[Change, None]:
        """Tell of the key."""
        key = ApiKey(KEY_ID, hash_key(SECRET.encode()), "user")
        yield Change(ChangeType.ADDED, build_api_key_secret(key, namespace))
        yield Change(ChangeType.SYNCED, {})

    def __getattr__(self, name: str) -> Any:
        """Refuse every other call."""
        raise NotImplementedError(f"the benchmark has no API server to {name} at")
