"""The base of every model of the vocabulary, and the bounded types that their fields share.

Every string, list and number is bounded: the API server prices each rule by the largest
value that a field admits, and refuses a schema whose rules could cost too much.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt

MAX_ID_LENGTH = 128
MAX_NAME_LENGTH = 253
MAX_ALLOCATIONS = 10_000
MAX_THREADS = 32
MAX_INT32 = 2**31 - 1
MAX_INT64 = 2**63 - 1


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
Generation = Annotated[StrictInt, Field(ge=0, le=MAX_INT64)]
ByteCount = Annotated[StrictInt, Field(ge=0, le=MAX_INT64)]
