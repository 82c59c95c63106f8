from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allot_api.quantities import parse_quantity
from allot_operator.desired.quantities import MEBIBYTE, format_mebibytes


@pytest.mark.parametrize(
    ("mebibytes", "text"), [(0, "0Mi"), (512, "512Mi"), (1024, "1Gi"), (1536, "1536Mi")]
)
def test_writes_what_the_api_server_keeps(mebibytes: int, text: str) -> None:
    assert format_mebibytes(mebibytes) == text


@given(st.integers(min_value=0, max_value=2**24))
def test_what_is_written_is_read_back(mebibytes: int) -> None:
    assert parse_quantity(format_mebibytes(mebibytes)) == mebibytes * MEBIBYTE
