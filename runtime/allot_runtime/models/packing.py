"""Token sequences of unlike lengths as tensors without padding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import torch
from torch import Tensor

from allot_runtime.models.interface import TokenSequence
from allot_runtime.models.layout import Layout, Run, plan_layout

# oneDNN prepares a program for each number of rows that it meets, and keeps it: about 0.7 ms and
# some memory for each. Rounded numbers are few; for one query finer steps are worth their programs:
# 16 rows take a third longer than 9. Each of these steps serves up to so many rows.
STEPS = {16: 1, 32: 8}
STEP = 32


@dataclass(frozen=True, slots=True)
class PackedBatch:
    """All of shape [rows]; the rows after `layout.tokens` are filling and belong to nobody."""

    ids: Tensor
    type_ids: Tensor
    positions: Tensor
    layout: Layout


@dataclass(frozen=True, slots=True)
class Encoded:
    """States of a batch, [rows, width]: those of each sequence where the layout says."""

    states: Tensor
    layout: Layout

    def runs(self) -> Iterator[tuple[Run, Tensor]]:
        """Yield the runs with their states, [count, length, width]."""
        for run in self.layout.runs:
            yield run, self.states[run.start : run.stop].view(run.count, run.length, -1)

    def first(self) -> Tensor:
        """Return the state of each sequence's first token, [batch, width]."""
        return self.states[torch.tensor(list(self.layout.starts()))]

    def last(self) -> Tensor:
        """Return the state of each sequence's last token, [batch, width]."""
        starts, lengths = self.layout.starts(), self.layout.lengths()
        ends = [start + length - 1 for start, length in zip(starts, lengths, strict=True)]
        return self.states[torch.tensor(ends)]


def pack(batch: Sequence[TokenSequence]) -> PackedBatch:
    """Return the sequences as tensors, one after another, the shortest first."""
    layout = plan_layout([len(sequence) for sequence in batch])
    filling = [0] * (round_rows(layout.tokens) - layout.tokens)
    ordered = [batch[index] for index in layout.order]

    def flatten(rows: Iterator[Sequence[int]]) -> Tensor:
        return torch.tensor([*chain.from_iterable(rows), *filling])

    return PackedBatch(
        ids=flatten(sequence.ids for sequence in ordered),
        type_ids=flatten(sequence.type_ids for sequence in ordered),
        positions=flatten(range(len(sequence)) for sequence in ordered),
        layout=layout,
    )


def round_rows(tokens: int) -> int:
    """Return the number of rows to compute for so many tokens."""
    step = next((step for most, step in STEPS.items() if tokens <= most), STEP)
    return -(-tokens // step) * step


def unsort(values: Tensor, layout: Layout) -> Tensor:
    """Return rows that stand in the layout's order, [batch, ...], in the caller's."""
    if layout.order == tuple(range(len(layout.order))):
        return values
    result = torch.empty_like(values)
    result[torch.tensor(layout.order)] = values
    return result
