"""A model that gives the words of its vocabulary weights (SPLADE)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from allot_api.terms import SpecialTokens
from allot_runtime.models.encoder import Encoder
from allot_runtime.models.heads import choose_sparse_weights
from allot_runtime.models.interface import Output, SparseVector, TokenSequence
from allot_runtime.models.padding import pad
from allot_runtime.models.tokenization import TextTokenizer


class SparseModel:
    """Encoder, vocabulary head and the maximum over tokens."""

    dimensions = None

    def __init__(
        self,
        tokenizer: TextTokenizer,
        encoder: Encoder,
        head: Callable[[Tensor], Tensor],
        special_tokens: SpecialTokens,
    ) -> None:
        self._tokenizer = tokenizer
        self._encoder = encoder
        self._head = head
        self._tokens = tokenizer.list_tokens()
        zeroed = tokenizer.list_special_ids() if special_tokens is SpecialTokens.ZERO else []
        self._zeroed = torch.tensor(zeroed, dtype=torch.long)
        self.tokenize = tokenizer.tokenize

    @torch.inference_mode()
    def compute(self, batch: Sequence[TokenSequence]) -> list[Output]:
        """Return a SparseVector for each sequence.

        The head runs one sequence at a time: 512 tokens times 30,000 words are 60 MB already.
        """
        hidden = self._encoder.encode(pad(batch, self._tokenizer.padding_id))
        return [
            self._weigh(choose_sparse_weights(self._head(states[: len(sequence)])))
            for states, sequence in zip(hidden, batch, strict=True)
        ]

    def _weigh(self, weights: Tensor) -> SparseVector:
        weights = weights.float()
        weights[self._zeroed] = 0.0
        # A head may be padded beyond the vocabulary: those rows stand for no word.
        weights = weights[: len(self._tokens)]
        order = torch.argsort(weights, descending=True, stable=True)
        kept = order[: int((weights > 0).sum())]
        values = weights[kept].numpy()
        pairs = zip(kept.tolist(), values, strict=True)
        return SparseVector({self._tokens[index]: value for index, value in pairs})
