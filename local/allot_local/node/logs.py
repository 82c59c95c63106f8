"""The kubelet's log API over HTTPS, so that `kubectl logs` works.

Only the API server's own client certificate, or an administrator's, is let in.
"""

from __future__ import annotations

import asyncio
import os
import ssl
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from allot_local.node.folders import PodFolder
from allot_local.node.records import ContainerRecord, PodRecord, Running

ADMINISTRATORS = "system:masters"
FOLLOW_SECONDS = 0.2
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
# Finds a pod's folder and record by namespace and name.
FindPod = Callable[[str, str], tuple[PodFolder, PodRecord] | None]


@dataclass(frozen=True, slots=True)
class LogOptions:
    """What `kubectl logs` asks for."""

    follow: bool = False
    previous: bool = False
    tail_lines: int | None = None
    limit_bytes: int | None = None


def parse_options(query: Mapping[str, str]) -> LogOptions:
    """Read the query; raises ValueError with a sentence for what can't be done."""
    for unsupported in ("sinceSeconds", "sinceTime", "timestamps"):
        if query.get(unsupported, "false") not in ("", "false"):
            raise ValueError(
                f"{unsupported}: this node keeps no times of log lines; use --tail instead"
            )
    return LogOptions(
        follow=query.get("follow") == "true",
        previous=query.get("previous") == "true",
        tail_lines=int(query["tailLines"]) if "tailLines" in query else None,
        limit_bytes=int(query["limitBytes"]) if "limitBytes" in query else None,
    )


def choose_log(folder: PodFolder, container: ContainerRecord, *, previous: bool) -> Path:
    """Return the log file of the newest start, or of the one before; raises FileNotFoundError.

    A container that waits for its next start still has its last log as the newest one.
    """
    starts = range(container.restart_count, -1, -1)
    found = [path for count in starts if (path := folder.log(container.name, count)).is_file()]
    place = 1 if previous else 0
    if len(found) <= place:
        which = "previous terminated container" if previous else "container"
        raise FileNotFoundError(f'{which} "{container.name}" has no log yet')
    return found[place]


def read_tail(path: Path, lines: int | None) -> tuple[bytes, int]:
    """Return the last lines of a file, or all of it, and the position behind them."""
    with path.open("rb") as file:
        text = file.read() if lines is None else b"".join(deque(file, maxlen=lines))
        return text, file.tell()


def read_from(path: Path, position: int) -> tuple[bytes, int]:
    """Return what was written since the position, and the new one.

    A file that was cut meanwhile is read from its start; one that is gone is empty.
    """
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(position if position <= size else 0)
            text = file.read()
            return text, file.tell()
    except FileNotFoundError:
        return b"", position


class LogServer:
    """Serves the logs of this node's pods."""

    def __init__(self, find_pod: FindPod) -> None:
        self._find_pod = find_pod
        self._runner: web.AppRunner | None = None

    async def start(self, port: int, context: ssl.SSLContext) -> None:
        """Listen on loopback."""
        app = web.Application(middlewares=[only_administrators])
        app.router.add_get("/healthz", self._health)
        app.router.add_get("/containerLogs/{namespace}/{pod}/{container}", self._logs)
        app.router.add_route("*", "/{rest:.*}", self._unsupported)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(
            self._runner, "127.0.0.1", port, ssl_context=context, shutdown_timeout=1.0
        )
        await site.start()

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _health(self, _request: web.Request) -> web.Response:
        return web.Response(text="ok")

    async def _unsupported(self, request: web.Request) -> web.Response:
        what = request.path.split("/")[1]
        return web.Response(
            status=501, text=f"{what} is not supported: this node runs programs of its machine\n"
        )

    async def _logs(self, request: web.Request) -> web.StreamResponse:
        where = request.match_info
        found = self._find_pod(where["namespace"], where["pod"])
        if found is None:
            return web.Response(status=404, text=f"pod {where['pod']} is not on this node\n")
        folder, record = found
        try:
            options = parse_options(request.query)
            container = record.container(where["container"])
            path = choose_log(folder, container, previous=options.previous)
        except StopIteration:
            return web.Response(status=404, text=f"no container {where['container']}\n")
        except (ValueError, FileNotFoundError) as error:
            return web.Response(status=400, text=f"{error}\n")
        response = web.StreamResponse(headers={"Content-Type": "text/plain"})
        await response.prepare(request)
        await self._send(response, path, options, where)
        return response

    async def _send(
        self,
        response: web.StreamResponse,
        path: Path,
        options: LogOptions,
        where: Mapping[str, str],
    ) -> None:
        text, position = read_tail(path, options.tail_lines)
        await response.write(text[: options.limit_bytes])
        while options.follow and options.limit_bytes is None:
            is_over = self._is_over(where)
            text, position = read_from(path, position)
            await response.write(text)
            if is_over:
                return
            await asyncio.sleep(FOLLOW_SECONDS)

    def _is_over(self, where: Mapping[str, str]) -> bool:
        """Say whether the container that is followed has ended."""
        found = self._find_pod(where["namespace"], where["pod"])
        return found is None or not isinstance(
            found[1].container(where["container"]).state, Running
        )


@web.middleware
async def only_administrators(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse every client whose certificate is not of the administrators' group."""
    certificate = request.transport.get_extra_info("peercert") if request.transport else None
    groups = [
        value
        for part in (certificate or {}).get("subject", ())
        for key, value in part
        if key == "organizationName"
    ]
    if ADMINISTRATORS not in groups:
        return web.Response(status=403, text="only the API server may ask\n")
    return await handler(request)


def serving_context(certificate: Path, key: Path, client_authority: Path) -> ssl.SSLContext:
    """Return TLS settings that ask every client for a certificate of the authority."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(client_authority))
    context.load_cert_chain(certificate, key)
    context.verify_mode = ssl.CERT_REQUIRED
    return context
