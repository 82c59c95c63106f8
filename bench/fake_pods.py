"""Fake pods: one socket that answers /stats for every address of loopback, as busy pods would."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Mapping

from allot_api.terms import ModelState

FAKE_PODS = "bench.fake_pods"
STATS_PATH = b"GET /stats "
# 127.0.0.1 itself is left to others.
FIRST_ADDRESS, ADDRESSES = 2, 2**24 - 3
PASSES_PER_SECOND, INPUTS_PER_PASS, TOKENS_PER_INPUT = 20, 3, 100


def find_address(index: int) -> str:
    """Return the address of a pod."""
    number = FIRST_ADDRESS + index % ADDRESSES
    return f"127.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def build_stats(address: str, seconds: float) -> Mapping[str, object]:
    """Return what a pod says after so many seconds of the same load."""
    passes = int(PASSES_PER_SECOND * seconds)
    inputs = passes * INPUTS_PER_PASS
    tokens = inputs * TOKENS_PER_INPUT
    return {
        "deployment_id": "some",
        "model_id": "some",
        "boot_id": address,
        "start_time": 0,
        "model": {
            "state": ModelState.READY,
            "reason": None,
            "message": "",
            "bytes_done": 90_000_000,
            "bytes_total": 90_000_000,
            "seconds_left": None,
            "digest": "sha256:" + 64 * "0",
            "size_bytes": 90_000_000,
            "dimensions": 384,
            "source": "package://some/model",
        },
        "threads": {"num_threads": 1, "torch": 1, "quota": None, "affinity": 2},
        "start": {"import_seconds": 1.5, "fetch_seconds": 0.5, "load_seconds": 0.5},
        "work": {
            "forward_passes": passes,
            "inputs_arrived": inputs + 1,
            "inputs_done": inputs,
            "tokens_arrived": tokens + TOKENS_PER_INPUT,
            "tokens_done": tokens,
            "tokens_waiting": TOKENS_PER_INPUT,
            "busy_seconds": round(passes * 0.028, 6),
        },
        "inference": {
            "routing_state": "started",
            "inference_count": inputs,
            "average_inference_time_ms": 9.3,
            "number_of_pending_requests": 1,
            "peak_throughput_per_minute": 3600,
            "throughput_last_minute": 3600,
            "threads_per_allocation": 1,
            "number_of_allocations": 1,
        },
    }


class Pods(asyncio.Protocol):
    """One connection: each request is answered for the address that it was sent to."""

    def __init__(self, began: float) -> None:
        self._began = began
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the connection."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer; what is no question for /stats ends the connection."""
        assert self._transport is not None
        if not data.startswith(STATS_PATH):
            self._transport.close()
            return
        address = self._transport.get_extra_info("sockname")[0]
        body = json.dumps(build_stats(address, time.monotonic() - self._began)).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
        self._transport.write(f"{head}\r\n\r\n".encode() + body)


async def serve(port: int) -> None:
    """Answer on all addresses of loopback until the process is ended."""
    began = time.monotonic()
    loop = asyncio.get_running_loop()
    # Not only 127.0.0.1: every pod has an address of its own.
    server = await loop.create_server(lambda: Pods(began), "0.0.0.0", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
