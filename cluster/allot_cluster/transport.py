"""HTTP to the API server: credentials, a bound in time for every call, and our errors.

LiveCluster ──► Transport ──► the official client's connection pool ──► API server
                   └── load(): credentials, read again every minute and when refused
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp
from kubernetes.aio.client import Configuration
from kubernetes.aio.client.rest import RESTClientObject

from allot_cluster.answers import error_from_answer
from allot_cluster.credentials import Credentials
from allot_cluster.errors import NotConfigured, Unavailable

logger = logging.getLogger(__name__)

JSON = "application/json"
REREAD_SECONDS = 60.0
"""How old credentials may be; a kubelet replaces a token many minutes before it expires."""
_UNAUTHORIZED = 401
_ERROR = 400


@dataclass(frozen=True, slots=True)
class Request:
    """One call: everything but credentials and time."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    content_type: str = JSON


class Transport:
    """Sends requests; every one ends within `timeout_seconds`, with an answer or an error."""

    def __init__(
        self,
        load: Callable[[], Awaitable[Credentials]],
        credentials: Credentials,
        *,
        timeout_seconds: float,
        user_agent: str,
    ) -> None:
        self._load = load
        self._credentials = credentials
        self._timeout_seconds = timeout_seconds
        self._user_agent = user_agent
        self._read_at = asyncio.get_running_loop().time()
        self._pool = _new_pool(credentials.configuration)
        self._retired: list[Any] = []

    async def send(self, request: Request) -> dict[str, Any]:
        """Return the JSON object that answers."""
        with self._translated():
            async with asyncio.timeout(self._timeout_seconds):
                answer = await self._open(request, aiohttp.ClientTimeout())
                with _cut_unless_read(answer):
                    return _parse_object(await answer.read())

    @asynccontextmanager
    async def stream(
        self, request: Request, *, silence_seconds: float
    ) -> AsyncIterator[AsyncIterable[bytes]]:
        """Open a request whose answer comes line by line.

        The answer has to begin within the usual time, and a line to come every `silence_seconds`.
        """
        with self._translated():
            async with asyncio.timeout(self._timeout_seconds):
                answer = await self._open(request, aiohttp.ClientTimeout(sock_read=silence_seconds))
            with _cut_unless_read(answer):
                yield answer.content

    async def close(self) -> None:
        """Close all connections."""
        for pool in [*self._retired, self._pool]:
            await pool.close()

    async def _open(
        self, request: Request, limits: aiohttp.ClientTimeout
    ) -> aiohttp.ClientResponse:
        """Return the answer, its body unread; raises our error for a status of 400 and above."""
        if asyncio.get_running_loop().time() - self._read_at > REREAD_SECONDS:
            await self._reread(forced=False)
        answer = await self._try(request, limits)
        if answer.status == _UNAUTHORIZED:
            answer.release()
            await self._reread(forced=True)
            answer = await self._try(request, limits)
        if answer.status >= _ERROR:
            raise error_from_answer(answer.status, await answer.read(), answer.headers)
        return answer

    async def _try(self, request: Request, limits: aiohttp.ClientTimeout) -> aiohttp.ClientResponse:
        configuration = self._credentials.configuration
        headers = {
            "Accept": JSON,
            "Content-Type": request.content_type,
            "User-Agent": self._user_agent,
        }
        if token := configuration.api_key.get("BearerToken"):
            headers["Authorization"] = token
        query = f"?{urlencode(request.query)}" if request.query else ""
        answer = await self._pool.request(
            request.method,
            f"{configuration.host}{request.path}{query}",
            headers=headers,
            body=request.body,
            _request_timeout=limits,
        )
        response: aiohttp.ClientResponse = answer.response
        return response

    async def _reread(self, *, forced: bool) -> None:
        """Read the credentials again; what cannot be read now (a file being replaced) is kept."""
        self._read_at = asyncio.get_running_loop().time()
        if not (forced or self._credentials.rereads):
            return
        try:
            fresh = await self._load()
        except NotConfigured as error:
            logger.warning("Keeping the credentials that were read before: %s", error)
            return
        if _connection_settings(fresh) != _connection_settings(self._credentials):
            # Not closed yet: watches and calls in flight still use it.
            self._retired.append(self._pool)
            self._pool = _new_pool(fresh.configuration)
        self._credentials = fresh

    @contextmanager
    def _translated(self) -> Iterator[None]:
        server = self._credentials.configuration.host
        try:
            yield
        except TimeoutError as error:
            raise Unavailable(f"{server} did not answer in time") from error
        except (aiohttp.ClientError, OSError) as error:
            raise Unavailable(f"{server} cannot be reached: {error}") from error


@contextmanager
def _cut_unless_read(answer: aiohttp.ClientResponse) -> Iterator[None]:
    """Cut the connection at the end of the block if the answer's body is not read to its end.

    The library would wait for the server to answer the end of the TLS session, and that wait
    outlives the pool: an open socket whose loop has ended is left.
    """
    # Asked for before, as an answer whose reading fails lets go of its connection by itself.
    transport = answer.connection.transport if answer.connection else None
    try:
        yield
    finally:
        if transport is not None and not answer.content.is_eof():
            transport.abort()
        answer.close()


def _new_pool(configuration: Configuration) -> Any:
    pool: Any = RESTClientObject  # its constructor and methods carry no types
    return pool(configuration)


def _connection_settings(credentials: Credentials) -> tuple[object, ...]:
    """Return what a connection is made with; a token is not among it, each request has its own."""
    found = credentials.configuration
    return (found.host, found.ssl_ca_cert, found.cert_file, found.key_file, found.verify_ssl)


def _parse_object(body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(body)
    except ValueError as error:
        raise Unavailable(f"the answer is not JSON: {body[:80]!r}") from error
    return parsed if isinstance(parsed, dict) else {}
