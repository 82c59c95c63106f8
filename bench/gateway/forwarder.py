"""uvicorn and aiohttp with nothing in between: what a gateway of these parts costs at least.

Started by `bench.gateway`: `python -m bench.gateway.forwarder PORT POD_PORT`.
"""

from __future__ import annotations

import sys

import aiohttp
import uvicorn
import uvloop
from starlette.types import Receive, Scope, Send

HOST = "127.0.0.1"


class Forwarder:
    """Sends every request on, and its answer back."""

    def __init__(self, session: aiohttp.ClientSession, pod_port: int) -> None:
        self._session = session
        self._base = f"http://{HOST}:{pod_port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {"content-type": "application/json"}
        url = self._base + scope["path"]
        async with self._session.post(url, data=body, headers=headers) as answer:
            content = await answer.read()
        start = [
            (b"content-type", answer.headers["content-type"].encode()),
            (b"content-length", str(len(content)).encode()),
        ]
        await send({"type": "http.response.start", "status": answer.status, "headers": start})
        await send({"type": "http.response.body", "body": content})


async def serve(port: int, pod_port: int) -> None:
    """Serve until ended."""
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        config = uvicorn.Config(
            Forwarder(session, pod_port),
            host=HOST,
            port=port,
            log_config=None,
            access_log=False,
            lifespan="off",
        )
        await uvicorn.Server(config).serve()


def main() -> None:
    """Read the arguments and serve."""
    uvloop.run(serve(int(sys.argv[1]), int(sys.argv[2])))


if __name__ == "__main__":
    main()
