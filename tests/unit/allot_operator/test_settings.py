from __future__ import annotations

import pytest
from pydantic import ValidationError

from allot_operator.settings import Settings


@pytest.mark.parametrize(("text", "namespaces"), [("", ()), ("a", ("a",)), (" a, b ,", ("a", "b"))])
def test_namespaces_are_separated_by_commas(text: str, namespaces: tuple[str, ...]) -> None:
    assert Settings(namespace=text).namespaces == namespaces


@pytest.mark.parametrize(
    "field", [{"workers": 0}, {"port": 70_000}, {"stats_seconds": 0}, {"stats_seconds": 61}]
)
def test_numbers_out_of_bounds_are_refused(field: dict[str, int]) -> None:
    with pytest.raises(ValidationError, match=next(iter(field))):
        Settings.model_validate(field)
