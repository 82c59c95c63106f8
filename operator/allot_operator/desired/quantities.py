"""Kubernetes quantities of memory: written in the form that the API server keeps, and compared."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

_BINARY = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "Pi": 2**50, "Ei": 2**60}
_DECIMAL = {"k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15, "E": 10**18}
_SCALES = {suffix: Decimal(scale) for suffix, scale in (_BINARY | _DECIMAL).items()}
_SCALES["m"] = Decimal("0.001")
MEBIBYTE = 2**20


def format_mebibytes(mebibytes: int) -> str:
    """Return whole mebibytes in the API server's own form: 1024 is "1Gi", 1536 is "1536Mi"."""
    if mebibytes and mebibytes % 1024 == 0:
        return f"{mebibytes // 1024}Gi"
    return f"{mebibytes}Mi"


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
