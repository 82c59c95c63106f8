"""The base of every model of the vocabulary, and the bounded types that their fields share.

Every string, list and number is bounded: the API server prices each rule by the largest
value that a field admits, and refuses a schema whose rules could cost too much.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt
from pydantic_core import PydanticCustomError

# An id is by default the name of its object, so it may be as long as one.
MAX_ID_LENGTH = 253
MAX_NAME_LENGTH = 253
MAX_ALLOCATIONS = 10_000
MAX_THREADS = 32
MAX_INT32 = 2**31 - 1
# The largest number that every JSON reader holds exactly.
MAX_SAFE_INTEGER = 2**53 - 1


class Shape(BaseModel):
    """A part of a spec or status: immutable, and lenient about fields that it does not know.

    Lenient, because an older program must be able to read what a newer one stored; what
    users write is checked strictly by `allot_api.rules` and by the API server.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        validate_by_alias=True,
        validate_by_name=True,
        serialize_by_alias=True,
    )


# What characters an id may hold is a rule (allot_api.rules), so that its message can say it.
Id = Annotated[str, Field(min_length=1, max_length=MAX_ID_LENGTH)]
ObjectName = Annotated[str, Field(min_length=1, max_length=MAX_NAME_LENGTH)]
Flag = StrictBool
Threads = Annotated[StrictInt, Field(ge=1, le=MAX_INT32)]
Count = Annotated[StrictInt, Field(ge=0, le=MAX_ALLOCATIONS)]
PositiveCount = Annotated[StrictInt, Field(ge=1, le=MAX_ALLOCATIONS)]
# No generation is -1: the schema's default of what nobody has looked at yet.
NEVER_OBSERVED = -1
Generation = Annotated[StrictInt, Field(ge=NEVER_OBSERVED, le=MAX_SAFE_INTEGER)]
ByteCount = Annotated[StrictInt, Field(ge=0, le=MAX_SAFE_INTEGER)]

ListT = TypeVar("ListT", bound=Sequence[Any])


def unique_by(
    key: Callable[[Any], object], shown: Callable[[Any], object]
) -> Callable[[ListT], ListT]:
    """Return a validator that refuses a list in which two items have the same key.

    `shown` is what the message shows of the second one.
    """

    def check(items: ListT) -> ListT:
        seen: set[object] = set()
        for index, item in enumerate(items):
            if key(item) in seen:
                duplicate = json.dumps(shown(item), ensure_ascii=False, separators=(",", ":"))
                raise PydanticCustomError(
                    "duplicate", "Duplicate value", {"duplicate": duplicate, "at": (index,)}
                )
            seen.add(key(item))
        return items

    return check


UNIQUE = unique_by(key=lambda item: item, shown=lambda item: item)
