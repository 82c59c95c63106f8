from __future__ import annotations

from typing import Annotated

from pydantic import Field

from allot_api.crd.schema import build_schema
from allot_api.fields import Count, Shape
from allot_api.terms import Service


class Inner(Shape):
    """An inner shape."""

    count: Count = Field(description="count of things.")


class Outer(Shape):
    """An outer shape."""

    inner: Inner | None = Field(None, description="inner part.")
    service: Service = Field(Service.ELSER, description="service that is meant.")
    several: Annotated[list[Inner], Field(max_length=3)] = Field(description="several parts.")


COUNT = {
    "description": "count of things.",
    "type": "integer",
    "format": "int32",
    "minimum": 0,
    "maximum": 10_000,
}


def test_a_schema_has_no_references_titles_or_nulls() -> None:
    assert build_schema(Outer) == {
        "description": "An outer shape.",
        "type": "object",
        "required": ["several"],
        "properties": {
            "inner": {
                "description": "inner part.",
                "type": "object",
                "required": ["count"],
                "properties": {"count": COUNT},
            },
            "service": {
                "description": "service that is meant.",
                "type": "string",
                "default": "elser",
                "enum": ["elasticsearch", "elser"],
            },
            "several": {
                "description": "several parts.",
                "type": "array",
                "maxItems": 3,
                "items": {
                    "description": "An inner shape.",
                    "type": "object",
                    "required": ["count"],
                    "properties": {"count": COUNT},
                },
            },
        },
    }


def test_a_default_that_is_a_shape_is_free_of_nulls() -> None:
    class Chosen(Shape):
        """A shape that is there by default."""

        service: Service = Field(Service.ELSER, description="service that is meant.")
        inner: Inner | None = Field(None, description="inner part.")

    class Around(Shape):
        """A shape around it."""

        chosen: Chosen = Field(Chosen(), description="chosen by default.")

    assert build_schema(Around)["properties"]["chosen"]["default"] == {"service": "elser"}


def test_the_description_stands_first() -> None:
    assert list(build_schema(Outer)["properties"]["service"])[:2] == ["description", "type"]
