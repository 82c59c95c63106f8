"""Carry the bytes of one connection to a pod and back."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Sequence
from contextlib import suppress

from allot_local.node.balancing.services import Place

CONNECT_SECONDS = 5.0
CHUNK_BYTES = 65536
# SO_LINGER, on, of no seconds: closing sends a reset, which nobody takes for an end in order.
RESET = struct.pack("ii", 1, 0)

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def forward(client: Streams, places: Sequence[Place]) -> None:
    """Connect the client with the first place that accepts, until both sides have ended.

    A client for whom there is none is cut off, and so are both when one breaks off or
    the task is cancelled: neither may take half an answer for a whole one.
    """
    reader, writer = client
    pod: Streams | None = None
    try:
        pod = await connect(places)
        if pod is None:
            return
        async with asyncio.TaskGroup() as group:
            group.create_task(copy(reader, pod[1]))
            group.create_task(copy(pod[0], writer))
        writer.close()
        pod[1].close()
    except* OSError:
        pass
    finally:
        for one in (client, pod):
            if one is not None and not one[1].is_closing():
                reset(one[1])


async def connect(places: Sequence[Place]) -> Streams | None:
    """Return a connection to the first place that takes one, or None."""
    for address, port in places:
        with suppress(OSError):
            async with asyncio.timeout(CONNECT_SECONDS):
                return await asyncio.open_connection(address, port)
    return None


async def copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    """Pass on bytes until the source ends, and then its end; the other direction goes on."""
    while data := await source.read(CHUNK_BYTES):
        sink.write(data)
        await sink.drain()
    if sink.can_write_eof():
        sink.write_eof()


def reset(writer: asyncio.StreamWriter) -> None:
    """Break a connection off so that the other side sees it."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()
