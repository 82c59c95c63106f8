"""All API keys, as their Secrets say now; pure but for a line in the log for what is unusable."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from allot_api.api_keys import ApiKey, UnusableKey, is_api_key, parse_api_key
from allot_cluster.interface import Change, ChangeType

logger = logging.getLogger(__name__)

_Age = tuple[str, str]


class KeyRing:
    """Keys by id. Of two Secrets with one id the older has it, then the first by name."""

    def __init__(self) -> None:
        self.version = 0
        """Moves with every change: what was decided by an earlier one is to be decided anew."""
        self.is_known = False
        """Whether all Secrets have been seen once: until then nobody can be refused."""
        self._by_secret: dict[str, tuple[_Age, ApiKey]] = {}
        self._by_id: dict[str, ApiKey] | None = {}
        self._has_passwords = False

    def __len__(self) -> int:
        """Return how many usable Secrets there are."""
        return len(self._by_secret)

    def find(self, identifier: str) -> ApiKey | None:
        """Return the key of an id."""
        return self._index().get(identifier)

    @property
    def has_passwords(self) -> bool:
        """Whether any key is a person's password, whose check is slow."""
        self._index()
        return self._has_passwords

    def _index(self) -> dict[str, ApiKey]:
        if self._by_id is None:
            oldest_last = sorted(self._by_secret.values(), key=lambda one: one[0], reverse=True)
            self._by_id = {key.id: key for _, key in oldest_last}
            self._has_passwords = any(key.hash.is_slow for key in self._by_id.values())
        return self._by_id

    def note(self, change: Change) -> None:
        """Take over what a watch reports."""
        if change.type is ChangeType.SYNCED:
            self.is_known = True
            return
        name = str(change.object["metadata"]["name"])
        if change.type is ChangeType.DELETED or not is_api_key(change.object):
            if self._by_secret.pop(name, None) is None:
                return
        else:
            self._put(name, change.object)
        self.version += 1
        self._by_id = None

    def _put(self, name: str, secret: Mapping[str, Any]) -> None:
        created = str(secret["metadata"].get("creationTimestamp") or "")
        try:
            self._by_secret[name] = ((created, name), parse_api_key(secret))
        except UnusableKey as error:
            # What it said before counts no more: it may have been changed to lock somebody out.
            self._by_secret.pop(name, None)
            logger.warning("Secret %s is no usable API key: %s", name, error)
