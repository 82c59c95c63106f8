"""Architectures that our own encoder does not know, by transformers, imported only then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from allot_api.terms import WeightsFormat
from allot_runtime.errors import ModelFault
from allot_runtime.models.interface import TokenSequence
from allot_runtime.models.layout import plan_layout
from allot_runtime.models.packing import Encoded, unsort
from allot_runtime.models.purpose import Purpose

# transformers pads: what is computed together are sequences of like length, up to so many tokens
# with padding.
MAX_PADDED_TOKENS = 1024


class TransformersEncoder:
    """A transformers model in an encoder's place; its own head, if any, is applied already.

    `is_per_token` says whether the output has a row for each token or one for each sequence.
    """

    def __init__(
        self, model: Any, output: str, padding_id: int, *, takes_types: bool, is_per_token: bool
    ) -> None:
        self._model = model
        self._output = output
        self._padding_id = padding_id
        self._takes_types = takes_types
        self._is_per_token = is_per_token

    def encode(self, batch: Sequence[TokenSequence]) -> Encoded:
        """Return hidden states [rows, width], or the head's logits."""
        layout = plan_layout([len(sequence) for sequence in batch])
        ordered = [batch[index] for index in layout.order]
        rows = [row for group in split(ordered) for row in self._run(group)]
        if self._is_per_token:
            return Encoded(torch.cat(rows), layout)
        return Encoded(unsort(torch.stack(rows), layout), plan_layout([1] * len(batch)))

    def _run(self, group: Sequence[TokenSequence]) -> Iterator[Tensor]:
        """Yield the output of each sequence, [tokens, width] or [labels]."""
        length = max(len(sequence) for sequence in group)
        ids = _fill([sequence.ids for sequence in group], length, self._padding_id)
        types = _fill([sequence.type_ids for sequence in group], length, 0)
        mask = _fill([(1,) * len(sequence) for sequence in group], length, 0)
        given = {"token_type_ids": types} if self._takes_types else {}
        answer = self._model(input_ids=ids, attention_mask=mask, **given)
        for sequence, output in zip(group, getattr(answer, self._output), strict=True):
            yield output[: len(sequence)] if self._is_per_token else output


def split(ordered: Sequence[TokenSequence]) -> Iterator[list[TokenSequence]]:
    """Yield groups of sequences, given the shortest first, that are padded to one length."""
    group: list[TokenSequence] = []
    for sequence in ordered:
        if group and len(sequence) * (len(group) + 1) > MAX_PADDED_TOKENS:
            yield group
            group = []
        group.append(sequence)
    if group:
        yield group


def load_with_transformers(
    folder: Path,
    purpose: Purpose,
    dtype: torch.dtype,
    padding_id: int,
    weights: WeightsFormat = WeightsFormat.SAFETENSORS,
) -> TransformersEncoder:
    """Load a model for a purpose; raises ModelFault, also for one that needs its own code."""
    import transformers

    auto, output = {
        Purpose.DENSE: (transformers.AutoModel, "last_hidden_state"),
        Purpose.SPARSE: (transformers.AutoModelForMaskedLM, "logits"),
        Purpose.CROSS_ENCODER: (transformers.AutoModelForSequenceClassification, "logits"),
    }[purpose]
    try:
        model = auto.from_pretrained(
            folder,
            dtype=dtype,
            local_files_only=True,
            use_safetensors=weights is WeightsFormat.SAFETENSORS,
            weights_only=True,
        )
    except (OSError, ValueError, ImportError, KeyError, RuntimeError) as error:
        raise ModelFault(f"transformers cannot load the model: {error}") from error
    return TransformersEncoder(
        model.eval(),
        output,
        padding_id,
        takes_types=int(getattr(model.config, "type_vocab_size", 0) or 0) > 1,
        is_per_token=purpose is not Purpose.CROSS_ENCODER,
    )


def _fill(rows: Sequence[Sequence[int]], length: int, value: int) -> Tensor:
    return torch.tensor([[*row, *[value] * (length - len(row))] for row in rows])
