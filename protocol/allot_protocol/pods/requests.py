"""A request as bytes. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

# What would end a line, or a word of the first one.
_UNSAFE_PATH = re.compile(r"[^!-~]")
_UNSAFE_VALUE = re.compile(r"[\r\n\0]")


def build_head(
    target: str, host: str, headers: Iterable[tuple[str, str]], body_bytes: int | None
) -> bytes:
    """Return the head of a request: a POST, or a GET where there is no body.

    Raises ValueError for a target or a header that would be read as more than itself.
    """
    if _UNSAFE_PATH.search(target):
        raise ValueError(f"not the target of a request: {target!r}")
    lines = ""
    for name, value in headers:
        if _UNSAFE_VALUE.search(name) or _UNSAFE_VALUE.search(value):
            raise ValueError(f"the header {name!r} holds the end of a line")
        lines += f"{name}: {value}\r\n"
    if body_bytes is None:
        text = f"GET {target} HTTP/1.1\r\nHost: {host}\r\n{lines}\r\n"
    else:
        text = (
            f"POST {target} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {body_bytes}\r\n{lines}\r\n"
        )
    return text.encode("latin-1")
