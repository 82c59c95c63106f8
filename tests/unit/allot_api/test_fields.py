from __future__ import annotations

import pytest
from pydantic import ValidationError

from allot_api.fields import UNIQUE, Shape, Threads, unique_by


class Sample(Shape):
    """A shape with one field."""

    threads: Threads = 1


def test_a_field_of_a_newer_version_is_passed_over() -> None:
    assert Sample.model_validate({"threads": 2, "newer": True}) == Sample(threads=2)


def test_text_is_not_a_number() -> None:
    with pytest.raises(ValidationError):
        Sample.model_validate({"threads": "2"})


def test_a_shape_does_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Sample().threads = 2  # type: ignore[misc]


def test_a_list_without_duplicates_passes() -> None:
    assert UNIQUE(["a", "b"]) == ["a", "b"]


def test_a_duplicate_is_shown_with_its_place() -> None:
    check = unique_by(key=len, shown=str.upper)

    with pytest.raises(ValueError, match="Duplicate") as caught:
        check(["a", "bb", "c"])

    assert caught.value.context == {"duplicate": '"C"', "at": (2,)}  # type: ignore[attr-defined]
