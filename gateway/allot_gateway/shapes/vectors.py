"""Dense vectors of an answer, where an API lets a client say how many dimensions it wants. Pure."""

from __future__ import annotations

from typing import Any

from allot_gateway.shapes.inference_call import Answer, read_elements
from allot_gateway.shapes.shape_body import refuse


def read_vectors(answer: Answer, dimensions: int | None) -> list[Any]:
    """Return the vectors; raises RequestFault for other dimensions than the model's."""
    vectors = [element["embedding"] for element in read_elements(answer)]
    if dimensions is not None and len(vectors[0]) != dimensions:
        raise refuse(
            f"[dimensions] is [{dimensions}] and the model's vectors have [{len(vectors[0])}]: "
            "leave it out"
        )
    return vectors
