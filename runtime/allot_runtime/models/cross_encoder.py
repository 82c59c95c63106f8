"""A model that reads query and document together and scores the pair."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from allot_runtime.models.encoder import Encoder
from allot_runtime.models.heads import choose_score
from allot_runtime.models.interface import Output, Score, TokenSequence
from allot_runtime.models.packing import unsort
from allot_runtime.models.tokenization import TextTokenizer


class CrossEncoderModel:
    """Encoder and classification head."""

    dimensions = None

    def __init__(
        self,
        tokenizer: TextTokenizer,
        encoder: Encoder,
        head: Callable[[Tensor], Tensor],
    ) -> None:
        self._encoder = encoder
        self._head = head
        self.tokenize = tokenizer.tokenize

    @torch.inference_mode()
    def compute(self, batch: Sequence[TokenSequence]) -> list[Output]:
        """Return a Score for each pair."""
        encoded = self._encoder.encode(batch)
        scores = choose_score(self._head(encoded.first())).float()
        return [Score(score) for score in unsort(scores, encoded.layout).numpy()]
