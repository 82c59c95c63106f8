"""Bodies by their type, size and packing."""

from __future__ import annotations

import asyncio
import gzip
import zlib

import pytest
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive

from allot_protocol.errors import ErrorType, RequestFault
from allot_protocol.reading import decompress, read_body

JSON = {"content-type": "application/json"}


def receiving(*chunks: bytes) -> Receive:
    """Return ASGI's receive for a body that comes in parts; a client that left says no more."""
    left = list(chunks)

    async def receive() -> Message:
        if not left:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    return receive


async def refusal(headers: dict[str, str], *chunks: bytes, limit: int = 10) -> RequestFault:
    with pytest.raises(RequestFault) as caught:
        await read_body(receiving(*chunks), headers, limit)
    return caught.value


async def test_a_body_as_large_as_the_limit_is_read_whole() -> None:
    assert await read_body(receiving(b"12345", b"67890"), JSON, limit=10) == b"1234567890"


async def test_a_body_that_grows_over_the_limit_is_not_gathered() -> None:
    fault = await refusal(JSON, b"12345", b"678901")

    assert (fault.kind, fault.status) == (ErrorType.TOO_LARGE, 413)
    assert fault.message == (
        "the body is larger than max_body_bytes [10]: send fewer inputs at once"
    )


@pytest.mark.parametrize("length", ["11", "9" * 30, "9" * 6000])
async def test_a_body_that_says_it_is_too_large_is_not_read_at_all(length: str) -> None:
    assert (await refusal(JSON | {"content-length": length})).status == 413


@pytest.mark.parametrize("length", ["-1", "ten", "", "1e9"])
async def test_a_length_that_is_no_number_is_the_servers_matter(length: str) -> None:
    assert await read_body(receiving(b"{}"), JSON | {"content-length": length}) == b"{}"


async def test_a_body_that_never_ends_is_not_waited_for() -> None:
    begun = receiving(b"{", b"}")

    async def receive() -> Message:
        message = await begun()
        if message["more_body"]:
            return message
        await asyncio.Event().wait()
        return message

    with pytest.raises(RequestFault, match=r"timeout \[0.01s\] waiting for the request's body"):
        await read_body(receive, JSON, seconds=0.01)


async def test_a_client_that_leaves_within_its_body_is_not_answered() -> None:
    with pytest.raises(ClientDisconnect):
        await read_body(receiving(), JSON)


async def test_a_packed_body_is_as_large_as_what_it_unpacks_to() -> None:
    headers = JSON | {"content-encoding": "gzip"}
    packed = gzip.compress(b"x" * 5000, mtime=0)

    assert (await refusal(headers, packed, limit=4999)).status == 413
    assert len(await read_body(receiving(packed), headers, limit=5000)) == 5000


@pytest.mark.parametrize(
    ("headers", "sentence"),
    [
        ({}, "Content-Type header is missing: send application/json"),
        ({"content-type": "text/plain"}, "Content-Type header [text/plain] is not supported"),
        ({"content-type": "application/x-ndjson"}, "is not supported: send application/json"),
        (JSON | {"content-encoding": "br"}, "Content-Encoding [br] is not read: send gzip"),
    ],
)
async def test_what_is_not_read_is_not_acceptable(headers: dict[str, str], sentence: str) -> None:
    fault = await refusal(headers)

    assert (fault.status, fault.wire_type) == (406, "media_type_header_exception")
    assert sentence in fault.message


def test_what_gzip_packed_is_unpacked_up_to_the_limit() -> None:
    assert decompress(gzip.compress(b"x" * 1000, mtime=0), limit=1000) == b"x" * 1000
    with pytest.raises(RequestFault, match="larger than"):
        decompress(gzip.compress(b"x" * 1001, mtime=0), limit=1000)


@pytest.mark.parametrize(
    "body", [b"plain", zlib.compress(b"x"), gzip.compress(b"x" * 99, mtime=0)[:-9]]
)
def test_what_is_no_gzip_is_refused(body: bytes) -> None:
    with pytest.raises(RequestFault, match="not gzip"):
        decompress(body)
