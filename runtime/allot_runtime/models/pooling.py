"""Hidden states [batch, tokens, hidden] to one vector each [batch, hidden]."""

from __future__ import annotations

from typing import assert_never

import torch
from torch import Tensor
from torch.nn import functional

from allot_api.terms import Normalization, Pooling


def pool(hidden: Tensor, mask: Tensor, pooling: Pooling) -> Tensor:
    """Return one vector for each sequence; padding takes no part."""
    match pooling:
        case Pooling.MEAN:
            weights = mask.unsqueeze(-1).to(hidden.dtype)
            return (hidden * weights).sum(dim=1) / weights.sum(dim=1)
        case Pooling.CLS:
            return hidden[:, 0]
        case Pooling.LAST_TOKEN:
            last = mask.sum(dim=1) - 1
            return hidden[torch.arange(hidden.shape[0]), last]
        case Pooling.MAX:
            return hidden.masked_fill(~mask.unsqueeze(-1), -torch.inf).amax(dim=1)
        case _:
            assert_never(pooling)


def normalize(vectors: Tensor, normalization: Normalization) -> Tensor:
    """Return the vectors with the length asked for."""
    if normalization is Normalization.L2:
        return functional.normalize(vectors, dim=-1)
    return vectors
