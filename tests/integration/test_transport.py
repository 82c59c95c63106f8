"""What is left of calls to an API server once they are broken off, over real TLS connections."""

from __future__ import annotations

import asyncio
import gc
import ssl
import threading
import warnings
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from kubernetes.aio.client import Configuration

from allot_cluster.clock import utc_now
from allot_cluster.credentials import Credentials
from allot_cluster.transport import Request, Transport
from allot_local.certificates import Subject, new_authority, sign

ADDRESS = "127.0.0.1"
LINE = b'{"type": "BOOKMARK"}\n'
REQUEST = Request("GET", "/api/v1/pods")


@contextmanager
def silent_server(folder: Path) -> Iterator[Configuration]:
    """Tell the way to a server that begins an answer and takes no notice of anything after it.

    Nor does it answer the end of a TLS session: like a server that is busy, or across a far net.
    """
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(LINE)
            over.wait()

        def log_message(self, *_: object) -> None:
            pass

    authority = new_authority("test", utc_now())
    pair = sign(authority, Subject("server", addresses=(ADDRESS,)), utc_now())
    (folder / "ca.crt").write_bytes(authority.certificate)
    (folder / "tls.pem").write_bytes(pair.certificate + pair.key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "tls.pem")
    with ThreadingHTTPServer((ADDRESS, 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            configuration = Configuration()
            configuration.host = f"https://{ADDRESS}:{server.server_port}"
            configuration.ssl_ca_cert = str(folder / "ca.crt")
            yield configuration
        finally:
            over.set()
            server.shutdown()
            thread.join()


async def break_off_a_stream(transport: Transport) -> None:
    async with transport.stream(REQUEST, silence_seconds=60) as lines:
        async for line in lines:
            assert line == LINE
            break


async def break_off_a_call(transport: Transport) -> None:
    call = asyncio.create_task(transport.send(REQUEST))
    await asyncio.sleep(0.3)  # long enough for the answer to have begun
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call


@pytest.mark.parametrize("break_off", [break_off_a_stream, break_off_a_call])
def test_what_is_broken_off_leaves_no_connection_open(
    break_off: Callable[[Transport], Coroutine[Any, Any, None]], tmp_path: Path
) -> None:
    async def scene(configuration: Configuration) -> None:
        async def load() -> Credentials:
            return Credentials(configuration, "default")

        transport = Transport(load, await load(), timeout_seconds=10, user_agent="test")
        await break_off(transport)
        await transport.close()

    with silent_server(tmp_path) as configuration, warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        asyncio.run(scene(configuration))
        gc.collect()

    assert [str(one.message) for one in told] == []
