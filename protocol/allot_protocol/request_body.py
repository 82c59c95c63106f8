"""A request's JSON to typed fields, or a sentence that names the field that is wrong. Pure.

Each check costs no more than the body's size: a hostile body is refused at its first fault, and
no more of it is shown than a person reads.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterable
from typing import Annotated, Any

import orjson
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    ValidationError,
)
from pydantic_core import ErrorDetails

from allot_protocol.errors import ErrorType, RequestFault

SHOWN_CHARACTERS = 80


class TaskSettings(BaseModel):
    """What a request may set for its task; Elasticsearch's local service reads it for rerank."""

    model_config = ConfigDict(extra="forbid")

    return_documents: StrictBool | None = None


class Body(BaseModel):
    """The fields of a request, each of its type; how they go together is checked elsewhere."""

    model_config = ConfigDict(extra="forbid")

    input: StrictStr | Annotated[list[StrictStr], Field(fail_fast=True)] | None = None
    query: StrictStr | None = None
    input_type: StrictStr | None = None
    task_settings: TaskSettings | None = None
    return_documents: StrictBool | None = None
    top_n: StrictInt | None = None
    timeout: StrictStr | None = None


_QUOTED_FIELDS = tuple(f'"{name}"'.encode() for name in Body.model_fields)
_WANTED = {
    "input": "a string or an array of strings",
    "top_n": "a whole number",
    "return_documents": "true or false",
    "task_settings": "an object",
}


def load_object(content: bytes) -> dict[str, Any]:
    """Return the object that a body holds; raises RequestFault.

    Strict about depth, numbers and surrogates; of a name that is given twice it says nothing.
    """
    if not content.strip():
        raise _refusal("request body is required")
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise _refusal(f"the body is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise _refusal("the body must be a JSON object")
    return document


def parse_body(content: bytes) -> Body:
    """Return the fields of a body; raises RequestFault."""
    document = load_object(content)
    refuse_unknown(document, Body.model_fields, "inference")
    if isinstance(settings := document.get("task_settings"), dict):
        refuse_unknown(settings, TaskSettings.model_fields, "inference", "task_settings.")
    try:
        body = Body.model_validate(document)
    except ValidationError as error:
        raise _refusal(_describe(_choose_error(error.errors(include_url=False)))) from error
    _refuse_duplicates(content)
    return body


def refuse_unknown(
    given: Iterable[str], known: Container[str], block: str, prefix: str = ""
) -> None:
    """Refuse the first name that a block does not have; raises RequestFault."""
    unknown = next((name for name in given if name not in known), None)
    if unknown is not None:
        raise _refusal(f"[{block}] unknown field [{prefix}{shorten(unknown)}]")


def _choose_error(errors: list[ErrorDetails]) -> ErrorDetails:
    """Return the first field's most exact error: of a union, the branch that went deepest."""
    return max(
        (error for error in errors if error["loc"][0] == errors[0]["loc"][0]),
        key=lambda error: len(error["loc"]),
    )


def _describe(error: ErrorDetails) -> str:
    """Put pydantic's error in a sentence that names the field and what it may be."""
    places = [str(part) for part in error["loc"] if part not in ("str", "list[str]")]
    named = places[-1] if not places[-1].isdigit() else places[0]
    wanted = _WANTED.get(named, "a string")
    return (
        f"[inference] field [{'.'.join(places)}] is [{_show(error['input'])}] and must be {wanted}"
    )


def _show(value: Any) -> str:
    """Return a value as people recognise it, whatever its size and depth."""
    match value:
        case dict():
            return "{…}" if value else "{}"
        case list():
            return "[…]" if value else "[]"
        case str():
            return json.dumps(shorten(value), ensure_ascii=False)
        case _:
            return shorten(json.dumps(value))


def shorten(text: str, most: int = SHOWN_CHARACTERS) -> str:
    """Return as much of a text as a sentence should show."""
    return text if len(text) <= most else f"{text[:most]}…"


def _refuse_duplicates(content: bytes) -> None:
    """Refuse a field that is given twice, of which JSON readers silently take the last.

    Only a reader in Python tells: it is spared where no name can be there twice.
    """
    if b"\\u" not in content and all(content.count(name) <= 1 for name in _QUOTED_FIELDS):
        return
    try:
        json.loads(content.decode(), object_pairs_hook=_refuse_twice, parse_int=str)
    except RecursionError as error:
        raise _refusal("the body is not JSON of this API: it is nested too deeply") from error


def _refuse_twice(pairs: list[tuple[str, Any]]) -> None:
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            raise _refusal(f"Duplicate field [{shorten(name)}]")
        seen.add(name)


def _refusal(message: str) -> RequestFault:
    return RequestFault(ErrorType.PARSE, message)
