"""Architectures that our own encoder does not know, by transformers, imported only then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from allot_api.terms import WeightsFormat
from allot_runtime.errors import ModelFault
from allot_runtime.models.padding import PaddedBatch
from allot_runtime.models.purpose import Purpose


class TransformersEncoder:
    """A transformers model in an encoder's place; its own head, if any, is applied already."""

    def __init__(self, model: Any, output: str, *, takes_types: bool) -> None:
        self._model = model
        self._output = output
        self._takes_types = takes_types

    def encode(self, batch: PaddedBatch) -> Tensor:
        """Return hidden states [batch, tokens, hidden], or the head's logits."""
        types = {"token_type_ids": batch.type_ids} if self._takes_types else {}
        answer = self._model(input_ids=batch.ids, attention_mask=batch.mask.long(), **types)
        output: Tensor = getattr(answer, self._output)
        return output


def load_with_transformers(
    folder: Path,
    purpose: Purpose,
    dtype: torch.dtype,
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
    types = int(getattr(model.config, "type_vocab_size", 0) or 0) > 1
    return TransformersEncoder(model.eval(), output, takes_types=types)
