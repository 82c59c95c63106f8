from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allot_operator.desired.quantities import (
    MEBIBYTE,
    format_mebibytes,
    is_same_quantity,
    parse_quantity,
)


@pytest.mark.parametrize(
    ("mebibytes", "text"), [(0, "0Mi"), (512, "512Mi"), (1024, "1Gi"), (1536, "1536Mi")]
)
def test_writes_what_the_api_server_keeps(mebibytes: int, text: str) -> None:
    assert format_mebibytes(mebibytes) == text


@given(st.integers(min_value=0, max_value=2**24))
def test_what_is_written_is_read_back(mebibytes: int) -> None:
    assert parse_quantity(format_mebibytes(mebibytes)) == mebibytes * MEBIBYTE


@pytest.mark.parametrize(
    ("text", "amount"), [("500m", "0.5"), ("2", "2"), ("1k", "1000"), ("x", None), ("", None)]
)
def test_reads_quantities(text: str, amount: str | None) -> None:
    assert parse_quantity(text) == (Decimal(amount) if amount else None)


def test_tells_equal_amounts_from_equal_text() -> None:
    assert is_same_quantity("1024Mi", "1Gi")
    assert not is_same_quantity("1Gi", "1G")
    assert not is_same_quantity("x", "x")
