"""Token sequences of unlike lengths as rectangular tensors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from allot_runtime.models.interface import TokenSequence


@dataclass(frozen=True, slots=True)
class PaddedBatch:
    """All of shape [batch, tokens]; `mask` is True where there is a token."""

    ids: Tensor
    type_ids: Tensor
    mask: Tensor


def pad(batch: Sequence[TokenSequence], padding_id: int) -> PaddedBatch:
    """Return the sequences as tensors, shorter ones filled up on the right."""
    length = max(len(sequence) for sequence in batch)

    def fill(rows: Sequence[tuple[int, ...]], value: int) -> Tensor:
        return torch.tensor([[*row, *[value] * (length - len(row))] for row in rows])

    lengths = torch.tensor([len(sequence) for sequence in batch])
    return PaddedBatch(
        ids=fill([sequence.ids for sequence in batch], padding_id),
        type_ids=fill([sequence.type_ids for sequence in batch], 0),
        mask=torch.arange(length) < lengths[:, None],
    )
