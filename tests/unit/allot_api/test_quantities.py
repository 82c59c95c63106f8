from __future__ import annotations

from decimal import Decimal

import pytest
from pydantic import TypeAdapter, ValidationError

from allot_api.quantities import Quantity, is_same_quantity, parse_quantity

QUANTITIES: TypeAdapter[str] = TypeAdapter(Quantity)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("500m", "0.5"),
        ("2", "2"),
        ("1k", "1000"),
        ("1.5Gi", "1610612736"),
        ("100n", "0.0000001"),
        ("1e3", "1000"),
        ("x", None),
        ("", None),
    ],
)
def test_reads_quantities(text: str, amount: str | None) -> None:
    assert parse_quantity(text) == (Decimal(amount) if amount else None)


def test_tells_equal_amounts_from_equal_text() -> None:
    assert is_same_quantity("1024Mi", "1Gi")
    assert not is_same_quantity("1Gi", "1G")
    assert not is_same_quantity("x", "x")


def test_a_whole_number_is_a_quantity_and_becomes_text() -> None:
    assert QUANTITIES.validate_python(4) == "4"
    assert QUANTITIES.validate_python("4Gi") == "4Gi"


@pytest.mark.parametrize("value", [True, 1.5, -1, "-1", "1 Gi", "", "1gi", "1e999", None])
def test_anything_else_is_none(value: object) -> None:
    with pytest.raises(ValidationError):
        QUANTITIES.validate_python(value)
