"""A model that makes one dense vector of each input."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from allot_api.terms import Normalization, Pooling
from allot_runtime.models.encoder import Encoder
from allot_runtime.models.interface import DenseVector, Output, TokenSequence
from allot_runtime.models.pooling import normalize, pool
from allot_runtime.models.tokenization import TextTokenizer


class DenseModel:
    """Encoder, pooling and length."""

    def __init__(
        self,
        tokenizer: TextTokenizer,
        encoder: Encoder,
        pooling: Pooling,
        normalization: Normalization,
        dimensions: int,
    ) -> None:
        self._encoder = encoder
        self._pooling = pooling
        self._normalization = normalization
        self.dimensions = dimensions
        self.tokenize = tokenizer.tokenize

    @torch.inference_mode()
    def compute(self, batch: Sequence[TokenSequence]) -> list[Output]:
        """Return a DenseVector for each sequence."""
        pooled = pool(self._encoder.encode(batch), self._pooling)
        vectors = normalize(pooled.float(), self._normalization).numpy()
        return [DenseVector(vector) for vector in vectors]
