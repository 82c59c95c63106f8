"""The states of a batch to one vector for each sequence, [batch, width], in the caller's order."""

from __future__ import annotations

from typing import assert_never

import torch
from torch import Tensor
from torch.nn import functional

from allot_api.terms import Normalization, Pooling
from allot_runtime.models.packing import Encoded, unsort


def pool(encoded: Encoded, pooling: Pooling) -> Tensor:
    """Return one vector for each sequence, of its own tokens alone."""
    match pooling:
        case Pooling.MEAN:
            pooled = torch.cat([states.mean(dim=1) for _, states in encoded.runs()])
        case Pooling.CLS:
            pooled = encoded.first()
        case Pooling.LAST_TOKEN:
            pooled = encoded.last()
        case Pooling.MAX:
            pooled = torch.cat([states.amax(dim=1) for _, states in encoded.runs()])
        case _:
            assert_never(pooling)
    return unsort(pooled, encoded.layout)


def normalize(vectors: Tensor, normalization: Normalization) -> Tensor:
    """Return the vectors with the length asked for."""
    if normalization is Normalization.L2:
        return functional.normalize(vectors, dim=-1)
    return vectors
