"""Query parameters: those that a call knows, read into types; faults in Elasticsearch's words."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

from starlette.requests import Request

from allot_gateway.answering import FORM_PARAMETERS
from allot_gateway.filtering import MOST_CHARACTERS, MOST_PATHS, is_too_large
from allot_protocol.durations import parse_duration_seconds
from allot_protocol.errors import illegal
from allot_protocol.request_body import shorten

# More would be no number of anything that is here.
MOST_DIGITS = 9
FILTER_PATH = "filter_path"
_FLAGS = {"": True, "true": True, "false": False}


def check_parameters(request: Request, known: Collection[str]) -> None:
    """Refuse parameters that the call does not have, and too long ones; raises RequestFault."""
    if is_too_large(request.query_params.get(FILTER_PATH, "")):
        raise illegal(
            f"[{FILTER_PATH}] has more than [{MOST_CHARACTERS}] characters or [{MOST_PATHS}] paths"
        )
    admitted = {*known, *FORM_PARAMETERS}
    unknown = sorted(name for name in request.query_params if name not in admitted)
    if not unknown:
        return
    noun = "parameter" if len(unknown) == 1 else "parameters"
    listed = ", ".join(_suggest(name, admitted) for name in unknown)
    raise illegal(f"request [{request.url.path}] contains unrecognized {noun}: {listed}")


def read_flag(request: Request, name: str, *, default: bool = False) -> bool:
    """Return a parameter that is true or false; `?force` alone is true."""
    text = request.query_params.get(name)
    if text is None:
        return default
    if text not in _FLAGS:
        raise illegal(
            f"Failed to parse value [{shorten(text)}] of [{name}]: it must be [true] or [false]"
        )
    return _FLAGS[text]


def read_seconds(request: Request, name: str, default: float) -> float:
    """Return a time value in seconds."""
    text = request.query_params.get(name)
    if text is None:
        return default
    seconds = parse_duration_seconds(text)
    if seconds is None:
        raise illegal(
            f"failed to parse setting [{name}] with value [{shorten(text)}] as a time value: "
            "write a number with a unit, such as 30s or 500ms"
        )
    return seconds


def read_number(request: Request, name: str, default: int, *, least: int) -> int:
    """Return a whole number that is not below `least`."""
    text = request.query_params.get(name)
    if text is None:
        return default
    if not text.isdecimal() or len(text) > MOST_DIGITS or int(text) < least:
        raise illegal(
            f"[{name}] is [{shorten(text)}] and must be a whole number of at least [{least}]"
        )
    return int(text)


def _suggest(name: str, admitted: Collection[str]) -> str:
    close = get_close_matches(name, sorted(admitted), n=1)
    return f"[{shorten(name)}]" + (f" -> did you mean [{close[0]}]?" if close else "")
