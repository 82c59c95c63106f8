"""Bodies by their type, size and packing."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator

import pytest
from starlette.requests import Request

from allot_protocol.errors import ErrorType, RequestFault
from allot_protocol.reading import decompress, read_body

JSON = {"content-type": "application/json"}


def a_request(headers: dict[str, str], *chunks: bytes) -> Request:
    async def stream() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    request = Request({"type": "http", "headers": raw})
    # The seam that a Starlette request reads its body through.
    request.stream = stream  # type: ignore[method-assign]
    return request


async def refusal(headers: dict[str, str], *chunks: bytes, limit: int = 10) -> RequestFault:
    with pytest.raises(RequestFault) as caught:
        await read_body(a_request(headers, *chunks), limit)
    return caught.value


async def test_a_body_as_large_as_the_limit_is_read_whole() -> None:
    assert await read_body(a_request(JSON, b"12345", b"67890"), limit=10) == b"1234567890"


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
    assert await read_body(a_request(JSON | {"content-length": length}, b"{}")) == b"{}"


async def test_a_body_that_never_ends_is_not_waited_for() -> None:
    async def stream() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    request = a_request(JSON)
    request.stream = stream  # type: ignore[method-assign]

    with pytest.raises(RequestFault, match=r"timeout \[0.01s\] waiting for the request's body"):
        await read_body(request, seconds=0.01)


async def test_a_packed_body_is_as_large_as_what_it_unpacks_to() -> None:
    headers = JSON | {"content-encoding": "gzip"}
    packed = gzip.compress(b"x" * 5000)

    assert (await refusal(headers, packed, limit=4999)).status == 413
    assert len(await read_body(a_request(headers, packed), limit=5000)) == 5000


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
    assert decompress(gzip.compress(b"x" * 1000), limit=1000) == b"x" * 1000
    with pytest.raises(RequestFault, match="larger than"):
        decompress(gzip.compress(b"x" * 1001), limit=1000)


@pytest.mark.parametrize("body", [b"plain", zlib.compress(b"x"), gzip.compress(b"x" * 99)[:-9]])
def test_what_is_no_gzip_is_refused(body: bytes) -> None:
    with pytest.raises(RequestFault, match="not gzip"):
        decompress(body)
