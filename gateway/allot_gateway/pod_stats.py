"""A pod's `/stats`, for the statistics that Elasticsearch's clients ask for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp
import orjson

from allot_gateway.view.workloads import ServingPod

MOST_BYTES = 1_000_000
OK = 200


class PodStats:
    """Asks over HTTP; `fetch_token` gives what the pods of a namespace ask for."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        fetch_token: Callable[[str], Awaitable[str | None]],
    ) -> None:
        self._session = session
        self._fetch_token = fetch_token

    async def read(self, pod: ServingPod) -> Mapping[str, Any] | None:
        """Return what a pod says of itself, if it does; whoever asks bounds the time."""
        token = await self._fetch_token(pod.namespace)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        url = f"http://{pod.ip}:{pod.port}/stats"
        try:
            async with self._session.get(url, headers=headers) as answer:
                if answer.status != OK:
                    return None
                content = await answer.content.read(MOST_BYTES)
            said: Mapping[str, Any] = orjson.loads(content)
            return said
        except (aiohttp.ClientError, OSError, TimeoutError, orjson.JSONDecodeError):
            return None
