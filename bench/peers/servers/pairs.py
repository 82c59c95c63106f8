"""Pairs of query and passage to scores, one class for each library that scores them.

They have engines.py's shape: what is given are pairs, and what comes is an array [pairs, 1].
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from engines import BATCH, LONGEST, cut_passes

Pair = tuple[str, str]


class AllotPairs:
    """Ours: the same two calls that the server's engine makes."""

    def __init__(self, folder: Path, threads: int, precision: str = "float32") -> None:
        from allot_api.trained_model import TrainedModelSpec
        from allot_runtime.models.loading import configure_threads, load_model

        configure_threads(threads)
        spec = TrainedModelSpec.model_validate(
            {
                "source": {"uri": folder.resolve().as_uri()},
                "task_types": ["rerank"],
                "precision": precision,
                "max_sequence_length": LONGEST,
            }
        )
        self._model = load_model(spec, folder)

    def encode(self, pairs: Sequence[Pair]) -> np.ndarray:
        """Compute passes of up to 1024 tokens, pairs of like length together."""
        sequences = [self._model.tokenize(query, passage) for query, passage in pairs]
        order = sorted(range(len(pairs)), key=lambda index: len(sequences[index]))
        scores: list[Any] = [None] * len(pairs)
        for indices in cut_passes(order, [len(sequence) for sequence in sequences]):
            outputs = self._model.compute([sequences[index] for index in indices])
            for index, output in zip(indices, outputs, strict=True):
                scores[index] = [output.value]
        return np.array(scores, dtype=np.float32)


class TransformersPairs:
    """AutoModelForSequenceClassification on padded batches of 32, in the order of arrival."""

    def __init__(self, folder: Path, threads: int) -> None:
        import torch
        from transformers import AutoModelForSequenceClassification, AutoTokenizer

        torch.set_num_threads(threads)
        self._torch = torch
        self._tokenizer = AutoTokenizer.from_pretrained(folder)
        self._model = AutoModelForSequenceClassification.from_pretrained(folder).eval()

    def encode(self, pairs: Sequence[Pair]) -> np.ndarray:
        """Compute logits."""
        batches = [pairs[at : at + BATCH] for at in range(0, len(pairs), BATCH)]
        return np.concatenate([self._pass(batch) for batch in batches])

    def _pass(self, pairs: Sequence[Pair]) -> np.ndarray:
        queries, passages = (list(side) for side in zip(*pairs, strict=True))
        with self._torch.inference_mode():
            inputs = self._tokenizer(
                queries,
                passages,
                padding=True,
                truncation=True,
                max_length=LONGEST,
                return_tensors="pt",
            )
            return self._model(**inputs).logits.numpy()


class SentenceTransformersPairs:
    """The library's CrossEncoder as it comes, but for the sigmoid after its logits."""

    def __init__(self, folder: Path, threads: int) -> None:
        import torch
        from sentence_transformers import CrossEncoder

        torch.set_num_threads(threads)
        self._identity = torch.nn.Identity()
        self._model = CrossEncoder(str(folder), device="cpu", max_length=LONGEST)

    def encode(self, pairs: Sequence[Pair]) -> np.ndarray:
        """Let the library sort and batch."""
        scores = self._model.predict(
            [tuple(pair) for pair in pairs],
            batch_size=BATCH,
            show_progress_bar=False,
            activation_fn=self._identity,
        )
        return scores.reshape(-1, 1)


ENGINES: dict[str, Callable[[Path, int], Any]] = {
    "allot": AllotPairs,
    "allot-bfloat16": lambda folder, threads: AllotPairs(folder, threads, "bfloat16"),
    "transformers": TransformersPairs,
    "sentence-transformers": SentenceTransformersPairs,
}
