"""The token that a namespace's model pods ask for, read from that namespace's Secret.

Gateway and operator send the oldest token that the Secret holds: pods learn of a new one up to
minutes later (their kubelet copies it), so that it is sent only once the old one is taken out.
Reading is a `get` of one name, which RBAC can allow alone; a list or watch of Secrets it is not.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from allot_api.names import POD_TOKEN_KEYS, POD_TOKEN_SECRET
from allot_cluster.errors import ClusterError
from allot_cluster.interface import Cluster
from allot_cluster.resources import SECRETS

logger = logging.getLogger(__name__)

FRESH_SECONDS = 10.0
RETRY_SECONDS = 1.0
# Older than this, such as after an idle hour, a token may be one that pods take no more: it is
# asked for again first, for a moment.
STALE_SECONDS = 30.0
PATIENCE_SECONDS = 1.0
# A pod may ask for the token of a Secret that is gone until its kubelet has looked.
KEPT_SECONDS = 300.0


@dataclass(slots=True)
class _Known:
    """What is known of one namespace; times are of a clock that only moves on."""

    token: str | None
    seen_at: float
    ask_at: float


def choose_token(secret: Mapping[str, Any] | None) -> str | None:
    """Return the token to send; None where there is no Secret, or none with a token. Pure."""
    data = (secret or {}).get("data") or {}
    for key in POD_TOKEN_KEYS:
        try:
            token = base64.b64decode(data.get(key) or "", validate=True).decode("ascii").strip()
        except (binascii.Error, UnicodeDecodeError):
            logger.warning("Secret %s: %s is no text in base64", POD_TOKEN_SECRET, key)
            continue
        if token and token.isprintable() and " " not in token:
            return token
    return None


class PodTokens:
    """Knows the token of each namespace, and asks again once that is ten seconds old.

    Nobody waits for the API server but the first to ask for a namespace, and who comes after a
    long silence, for a second at most.
    """

    def __init__(self, cluster: Cluster, now: Callable[[], float]) -> None:
        self._cluster = cluster
        self._now = now
        self._known: dict[str, _Known] = {}
        self._asking: dict[str, asyncio.Task[None]] = {}
        self._complaints: dict[str, str] = {}

    async def fetch(self, namespace: str) -> str | None:
        """Return the token to send to a namespace's pods; never raises for what is away."""
        known = self._known.get(namespace)
        if known is not None and self._now() < known.ask_at:
            return known.token
        task = self._asking.get(namespace)
        if task is None:
            task = self._asking[namespace] = asyncio.create_task(self._ask(namespace))
            task.add_done_callback(lambda _: self._asking.pop(namespace, None))
        if known is None:
            await asyncio.shield(task)
        elif self._now() > known.ask_at + STALE_SECONDS:
            await asyncio.wait({task}, timeout=PATIENCE_SECONDS)
        return self._known[namespace].token

    async def close(self) -> None:
        """End the questions that are under way."""
        tasks = list(self._asking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _ask(self, namespace: str) -> None:
        known = self._known.get(namespace)
        try:
            found = choose_token(await self._cluster.get(SECRETS, namespace, POD_TOKEN_SECRET))
        except ClusterError as error:
            self._complain(namespace, str(error))
            now = self._now()
            known = known or _Known(None, now, now)
            known.ask_at = now + RETRY_SECONDS
            self._known[namespace] = known
            return
        self._complaints.pop(namespace, None)
        now = self._now()
        if found is None and known is not None and now - known.seen_at < KEPT_SECONDS:
            known.ask_at = now + FRESH_SECONDS
            return
        self._known[namespace] = _Known(found, now, now + FRESH_SECONDS)

    def _complain(self, namespace: str, message: str) -> None:
        """Log why a Secret cannot be read, once for as long as it stays so."""
        if self._complaints.get(namespace) != message:
            self._complaints[namespace] = message
            logger.warning("Secret %s/%s: %s", namespace, POD_TOKEN_SECRET, message)
