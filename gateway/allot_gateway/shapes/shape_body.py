"""Bodies of other APIs: JSON to their pydantic models, or a sentence that says what is wrong."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from allot_protocol.errors import ErrorType, RequestFault, illegal
from allot_protocol.request_body import shorten

Body = TypeVar("Body", bound="ShapeBody")
# pydantic's names of a union's branches, which say nothing to who wrote the field.
_BRANCHES = ("str", "list[str]")


class ShapeBody(BaseModel):
    """A request of another API; its clients send fields that mean nothing here, such as `user`."""

    model_config = ConfigDict(extra="ignore", strict=True)


def parse_shape(content: bytes, shape: type[Body]) -> Body:
    """Return a body's fields; raises RequestFault that names the first wrong one."""
    try:
        return shape.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        if first["type"] == "json_invalid":
            raise RequestFault(ErrorType.PARSE, f"the body is not JSON: {first['msg']}") from error
        places = [str(place) for place in first["loc"] if place not in _BRANCHES]
        field = shorten(".".join(places)) or "body"
        message = first["msg"]
        raise refuse(f"[{field}]: {message[0].lower()}{message[1:]}") from error


def refuse(problem: str) -> RequestFault:
    """Return the refusal of a field."""
    return illegal(f"Field {problem}")
