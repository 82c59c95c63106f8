"""Kubernetes quantities such as 500m, 2 and 4Gi as exact numbers. Pure.

Source: Kubernetes API reference, "Quantity".
"""

from __future__ import annotations

import re
from decimal import Decimal

PATTERN = re.compile(r"([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)([numkKMGTPE]?i?)")
SUFFIXES = {
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    "": Decimal(1),
    "k": Decimal("1e3"),
    **{letter: Decimal(1000) ** power for power, letter in enumerate("MGTPE", start=2)},
    **{f"{letter}i": Decimal(1024) ** power for power, letter in enumerate("KMGTPE", start=1)},
}


def parse_quantity(text: str) -> Decimal:
    """Return the quantity's value in its base unit; raises ValueError."""
    found = PATTERN.fullmatch(text)
    if found is None or found.group(2) not in SUFFIXES:
        raise ValueError(f"{text!r} is not a quantity such as 500m, 2 or 4Gi")
    return Decimal(found.group(1)) * SUFFIXES[found.group(2)]
