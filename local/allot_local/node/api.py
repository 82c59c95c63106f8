"""The few calls to the API server that a node needs, over one connection pool."""

from __future__ import annotations

import asyncio
import base64
import json
import ssl
import tempfile
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, Self

import aiohttp

from allot_local.node.errors import ApiError

CALL_SECONDS = 15.0
WATCH_SECONDS = 240
# A watch that says nothing this much longer than it should is dead.
WATCH_SLACK_SECONDS = 30.0
MERGE_PATCH = "application/merge-patch+json"
NOT_FOUND = 404
GONE = 410
ERRORS = 400

Document = dict[str, Any]


class Api:
    """Calls as the node's own user; every one is bounded in time and raises ApiError."""

    def __init__(self, server: str, authority: bytes, context: ssl.SSLContext) -> None:
        self.server = server
        self.authority = authority
        self._context = context
        self._session: aiohttp.ClientSession | None = None

    @classmethod
    def from_kubeconfig(cls, path: Path) -> Self:
        """Read the current context of a kubeconfig in JSON with certificates inside."""
        content = json.loads(path.read_text())
        cluster, user = content["clusters"][0]["cluster"], content["users"][0]["user"]
        authority = base64.b64decode(cluster["certificate-authority-data"])
        context = ssl.create_default_context(cadata=authority.decode())
        # The standard library loads a client certificate from a file only.
        with tempfile.NamedTemporaryFile() as pair:
            pair.write(base64.b64decode(user["client-certificate-data"]))
            pair.write(base64.b64decode(user["client-key-data"]))
            pair.flush()
            context.load_cert_chain(pair.name)
        return cls(cluster["server"], authority, context)

    async def __aenter__(self) -> Self:
        """Open the connection pool."""
        connector = aiohttp.TCPConnector(ssl=self._context)
        self._session = aiohttp.ClientSession(connector=connector, trust_env=False)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connection pool."""
        if self._session is not None:
            await self._session.close()

    async def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        content_type: str = "application/json",
        query: Mapping[str, str] | None = None,
    ) -> Document:
        """Return the answer; raises ApiError with the server's message."""
        assert self._session is not None
        try:
            async with self._session.request(
                method,
                f"{self.server}{path}",
                params=query or {},
                data=json.dumps(body) if body is not None else None,
                headers={"Content-Type": content_type} if body is not None else {},
                timeout=aiohttp.ClientTimeout(total=CALL_SECONDS),
            ) as answer:
                text = await answer.text()
                if answer.status >= ERRORS:
                    raise ApiError(answer.status, error_message(text))
                content: Document = json.loads(text)
                return content
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ApiError(0, f"{method} {path}: {error!r}") from error

    async def get(self, path: str) -> Document | None:
        """Return an object, or None when there is none."""
        try:
            return await self.call("GET", path)
        except ApiError as error:
            if error.status == NOT_FOUND:
                return None
            raise

    async def patch(self, path: str, body: Mapping[str, Any]) -> Document:
        """Merge the body into an object."""
        return await self.call("PATCH", path, body, content_type=MERGE_PATCH)

    async def watch(
        self, path: str, resource_version: str, query: Mapping[str, str]
    ) -> AsyncIterator[Document]:
        """Yield the events of one watch until the server ends it; raises ApiError."""
        assert self._session is not None
        parameters = {
            "watch": "true",
            "allowWatchBookmarks": "true",
            "timeoutSeconds": str(WATCH_SECONDS),
            "resourceVersion": resource_version,
            **query,
        }
        limit = aiohttp.ClientTimeout(total=None, sock_read=WATCH_SECONDS + WATCH_SLACK_SECONDS)
        try:
            async with self._session.get(
                f"{self.server}{path}", params=parameters, timeout=limit
            ) as answer:
                if answer.status >= ERRORS:
                    raise ApiError(answer.status, error_message(await answer.text()))
                buffer = b""
                async for chunk in answer.content.iter_any():
                    *lines, buffer = (buffer + chunk).split(b"\n")
                    for line in lines:
                        yield json.loads(line)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ApiError(0, f"watch {path}: {error!r}") from error


async def follow(api: Api, path: str, query: Mapping[str, str]) -> AsyncIterator[Document]:
    """Yield watch events for ever: a list first (as SYNC events), then changes.

    A cut watch resumes where it was; one whose place is gone lists again. A SYNCED
    event with all objects ends each list, so that what vanished can be told.
    """
    version = ""
    while True:
        try:
            if not version:
                listed = await api.call("GET", path, query=query)
                version = listed["metadata"]["resourceVersion"]
                yield {"type": "SYNCED", "objects": listed["items"]}
            async for event in api.watch(path, version, query):
                if event["type"] == "ERROR":
                    raise ApiError(event["object"].get("code", 0), str(event["object"]))
                version = event["object"]["metadata"]["resourceVersion"]
                if event["type"] != "BOOKMARK":
                    yield event
        except ApiError as error:
            if error.status == GONE:
                version = ""
            await asyncio.sleep(1.0)


def error_message(text: str) -> str:
    """Return the message of the server's Status object, or the text itself."""
    try:
        return str(json.loads(text)["message"])
    except (ValueError, KeyError, TypeError):
        return text
