from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allot_local.node.quantities import parse_quantity


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2", "2"), ("500m", "0.5"), ("1.5", "1.5"), ("4Gi", "4294967296"), ("1k", "1000"),
        ("1Ki", "1024"), ("1e3", "1000"), ("100n", "1e-7"), ("-1", "-1"), ("3M", "3000000"),
    ],
)  # fmt: skip
def test_quantities_as_the_api_writes_them(text: str, value: str) -> None:
    assert parse_quantity(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "a", "1x", "Gi", "1 Gi", "1GiB", "ni"])
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a quantity"):
        parse_quantity(text)


@given(st.integers(0, 10**9))
def test_a_thousand_milli_are_one(number: int) -> None:
    assert parse_quantity(f"{number * 1000}m") == parse_quantity(str(number)) == number
