"""Kubernetes quantities: read, compared, and as a type that a spec may hold.

On the wire a quantity is a text or a whole number; here it is always a text.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

QUANTITY_PATTERN = "^[0-9]{1,18}([.][0-9]{1,9})?([numkMGTPE]|[KMGTPE]i|[eE][0-9]{1,2})?$"
MAX_QUANTITY_LENGTH = 32
_BINARY = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "Pi": 2**50, "Ei": 2**60}
_DECIMAL = {"k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15, "E": 10**18}
_FRACTIONS = {"m": Decimal("0.001"), "u": Decimal("0.000001"), "n": Decimal("0.000000001")}
_SCALES = {suffix: Decimal(scale) for suffix, scale in (_BINARY | _DECIMAL).items()} | _FRACTIONS


def parse_quantity(text: str) -> Decimal | None:
    """Return a quantity's amount, or None if the text is not one: "500m" is 0.5."""
    for suffix in sorted(_SCALES, key=len, reverse=True):
        if text.endswith(suffix):
            number, scale = text.removesuffix(suffix), _SCALES[suffix]
            break
    else:
        number, scale = text, Decimal(1)
    try:
        return Decimal(number) * scale
    except InvalidOperation:
        return None


def is_same_quantity(one: str, other: str) -> bool:
    """Whether two texts are quantities of the same amount: "1024Mi" and "1Gi"."""
    amount = parse_quantity(one)
    return amount is not None and amount == parse_quantity(other)


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Quantity = Annotated[
    str,
    BeforeValidator(_as_text),
    Field(pattern=QUANTITY_PATTERN, max_length=MAX_QUANTITY_LENGTH),
    WithJsonSchema(
        {
            "x-kubernetes-int-or-string": True,
            "pattern": QUANTITY_PATTERN,
            "maxLength": MAX_QUANTITY_LENGTH,
        }
    ),
]
