"""A model that gives the words of its vocabulary weights (SPLADE)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from allot_api.terms import SpecialTokens
from allot_runtime.models.encoder import Encoder
from allot_runtime.models.interface import Floats, Output, SparseVector, TokenSequence
from allot_runtime.models.tokenization import TextTokenizer
from allot_runtime.models.vocabulary import WordWeigher


class SparseModel:
    """Encoder, and the weights of the words."""

    dimensions = None

    def __init__(
        self,
        tokenizer: TextTokenizer,
        encoder: Encoder,
        weigher: WordWeigher,
        special_tokens: SpecialTokens,
    ) -> None:
        self._encoder = encoder
        self._weigher = weigher
        self._tokens = tokenizer.list_tokens()
        zeroed = tokenizer.list_special_ids() if special_tokens is SpecialTokens.ZERO else []
        self._zeroed = np.array(zeroed, dtype=np.int64)
        self.tokenize = tokenizer.tokenize

    @torch.inference_mode()
    def compute(self, batch: Sequence[TokenSequence]) -> list[Output]:
        """Return a SparseVector for each sequence."""
        weights = self._weigher.weigh(self._encoder.encode(batch)).numpy()
        return [self._select(row) for row in weights]

    def _select(self, weights: Floats) -> SparseVector:
        """Return the words above zero, heaviest first: some 100 of 30,000, so sorted last."""
        weights[self._zeroed] = 0.0
        # A head may be padded beyond the vocabulary: those rows stand for no word.
        kept = np.flatnonzero(weights[: len(self._tokens)])
        values = weights[kept]
        order = np.argsort(-values, kind="stable")
        pairs = zip(kept[order].tolist(), values[order], strict=True)
        return SparseVector({self._tokens[index]: value for index, value in pairs})
