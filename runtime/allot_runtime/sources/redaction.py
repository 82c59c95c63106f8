"""Takes passwords and signatures out of text before anybody sees it. Pure."""

from __future__ import annotations

import re

_USER_INFO = re.compile(r"(?<=://)[^/\s@\"']+@")
# Signed addresses carry their signature after the question mark.
_QUERY = re.compile(r"(?<=[?])[^\s\"')\]>]+")


def redact(text: str) -> str:
    """Return the text with the user info and the queries of its URLs replaced by dots."""
    if "://" not in text:
        return text
    return _QUERY.sub("...", _USER_INFO.sub("...@", text))
