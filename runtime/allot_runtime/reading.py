"""A request's body: whole, not too large, decompressed, of a type that is read."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator

from starlette.requests import Request

from allot_runtime.errors import ErrorType, RequestFault
from allot_runtime.media_types import is_json

# Elasticsearch's http.max_content_length.
MAX_BODY_BYTES = 100 * 1024 * 1024
GZIP_WINDOW = 16 + zlib.MAX_WBITS


async def read_body(request: Request) -> bytes:
    """Return the body's bytes; raises RequestFault."""
    _check_type(request.headers.get("content-type", ""))
    encoding = request.headers.get("content-encoding", "identity").lower()
    if encoding not in ("identity", "gzip"):
        raise RequestFault(
            ErrorType.MEDIA_TYPE, f"Content-Encoding [{encoding}] is not read: send gzip or none"
        )
    body = await _gather(request.stream())
    return body if encoding == "identity" else decompress(body)


def decompress(body: bytes, limit: int = MAX_BODY_BYTES) -> bytes:
    """Return what gzip packed, never more than the limit; raises RequestFault."""
    unpacker = zlib.decompressobj(GZIP_WINDOW)
    try:
        content = unpacker.decompress(body, limit)
    except zlib.error as error:
        raise RequestFault(ErrorType.PARSE, f"the body is not gzip: {error}") from error
    if unpacker.unconsumed_tail:
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


async def _gather(chunks: AsyncIterator[bytes]) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > MAX_BODY_BYTES:
            raise _too_large(MAX_BODY_BYTES)
        parts.append(chunk)
    return b"".join(parts)


def _too_large(limit: int) -> RequestFault:
    return RequestFault(
        ErrorType.TOO_LARGE, f"the body is larger than {limit // 2**20} MiB: send fewer inputs"
    )
