from __future__ import annotations

from typing import Annotated

import pytest
from pydantic import Field

from allot_gateway.shapes.shape_body import ShapeBody, parse_shape
from allot_protocol.errors import RequestFault


class Asked(ShapeBody):
    texts: str | Annotated[list[str], Field(min_length=1, fail_fast=True)]
    number: int | None = None


def test_fields_that_mean_nothing_here_are_passed_over() -> None:
    assert parse_shape(b'{"texts": "a", "user": "me"}', Asked) == Asked(texts="a")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "the body is not JSON"),
        (b'{"texts": ', "the body is not JSON"),
        (b"[]", r"Field \[body\]"),
        (b"{}", r"Field \[texts\]: field required"),
        (b'{"texts": []}', r"Field \[texts\]"),
        (b'{"texts": [1]}', r"Field \[texts"),
        (b'{"texts": "a", "number": "1"}', r"Field \[number\]: input should be a valid integer"),
        (b'{"texts": "a", "number": 1.5}', r"Field \[number\]"),
    ],
)
def test_what_is_wrong_is_named(content: bytes, problem: str) -> None:
    with pytest.raises(RequestFault, match=problem) as refused:
        parse_shape(content, Asked)

    assert refused.value.status == 400
