"""A request's body: whole, not too large, decompressed, of a type that is read."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Mapping

from starlette.requests import ClientDisconnect
from starlette.types import Receive

from allot_protocol.errors import ErrorType, RequestFault
from allot_protocol.limits import BODY_BYTES
from allot_protocol.media_types import is_json

# A client that sends nothing more must not hold its connection, nor the pod that ends, for ever.
BODY_SECONDS = 60
# Of a number that Python turns into an int without complaint.
MOST_DIGITS = 18
GZIP_WINDOW = 16 + zlib.MAX_WBITS


async def read_body(
    receive: Receive,
    headers: Mapping[str, str],
    limit: int = BODY_BYTES,
    seconds: float = BODY_SECONDS,
) -> bytes:
    """Return the body's bytes, never more than the limit; raises RequestFault, ClientDisconnect.

    `receive` is ASGI's; the headers' names are in small letters.
    """
    _check_type(headers.get("content-type", ""))
    encoding = headers.get("content-encoding", "identity").lower()
    if encoding not in ("identity", "gzip"):
        raise RequestFault(
            ErrorType.MEDIA_TYPE, f"Content-Encoding [{encoding}] is not read: send gzip or none"
        )
    _check_length(headers.get("content-length", ""), limit)
    try:
        async with asyncio.timeout(seconds):
            body = await _gather(receive, limit)
    except TimeoutError:
        raise RequestFault(
            ErrorType.TIMEOUT, f"timeout [{seconds:g}s] waiting for the request's body"
        ) from None
    return body if encoding == "identity" else decompress(body, limit)


def decompress(body: bytes, limit: int = BODY_BYTES) -> bytes:
    """Return what gzip packed, never more than the limit; raises RequestFault."""
    unpacker = zlib.decompressobj(GZIP_WINDOW)
    try:
        content = unpacker.decompress(body, limit + 1)
    except zlib.error as error:
        raise RequestFault(ErrorType.PARSE, f"the body is not gzip: {error}") from error
    if len(content) > limit:
        raise _too_large(limit)
    if not unpacker.eof:
        raise RequestFault(ErrorType.PARSE, "the body is not gzip: it ends too early")
    return content


def _check_type(content_type: str) -> None:
    if not content_type:
        raise RequestFault(
            ErrorType.MEDIA_TYPE, "Content-Type header is missing: send application/json"
        )
    if not is_json(content_type):
        raise RequestFault(
            ErrorType.MEDIA_TYPE,
            f"Content-Type header [{content_type}] is not supported: send application/json",
        )


def _check_length(announced: str, limit: int) -> None:
    """Refuse what is too large by its own account before it is sent."""
    if announced.isdecimal() and (len(announced) > MOST_DIGITS or int(announced) > limit):
        raise _too_large(limit)


async def _gather(receive: Receive, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise _too_large(limit)
        parts.append(part)
        if not message.get("more_body", False):
            return parts[0] if len(parts) == 1 else b"".join(parts)


def _too_large(limit: int) -> RequestFault:
    return RequestFault(
        ErrorType.TOO_LARGE,
        f"the body is larger than max_body_bytes [{limit}]: send fewer inputs at once",
    )
