"""Texts to vectors, one class for each library; each runs in the library's own environment.

What belongs to a library is imported by its class alone. All make mean-pooled vectors of
length 1; all are used as their documents say, with the number of threads set.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

LONGEST = 256
BATCH = 32
# Tokens of one pass of ours: what the server takes at once.
PASS_TOKENS = 1024


class Engine(Protocol):
    """Texts to an array of shape [texts, dimensions]."""

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Return vectors in the order of the texts."""
        ...


class Allot:
    """Ours: the same two calls that the server's engine makes."""

    def __init__(self, folder: Path, threads: int, precision: str = "float32") -> None:
        from allot_api.trained_model import TrainedModelSpec
        from allot_runtime.models.loading import configure_threads, load_model

        configure_threads(threads)
        spec = TrainedModelSpec.model_validate(
            {
                "source": {"uri": folder.resolve().as_uri()},
                "task_types": ["text_embedding"],
                "precision": precision,
                "max_sequence_length": LONGEST,
            }
        )
        self._model = load_model(spec, folder)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Compute passes of up to 1024 tokens, texts of like length together."""
        sequences = [self._model.tokenize(text) for text in texts]
        order = sorted(range(len(texts)), key=lambda index: len(sequences[index]))
        vectors: list[Any] = [None] * len(texts)
        for indices in cut_passes(order, [len(sequence) for sequence in sequences]):
            outputs = self._model.compute([sequences[index] for index in indices])
            for index, output in zip(indices, outputs, strict=True):
                vectors[index] = output.values
        return np.stack(vectors)


def cut_passes(order: Sequence[int], lengths: Sequence[int]) -> list[list[int]]:
    """Return indices in passes of up to PASS_TOKENS tokens each."""
    passes: list[list[int]] = [[]]
    tokens = 0
    for index in order:
        if passes[-1] and tokens + lengths[index] > PASS_TOKENS:
            passes.append([])
            tokens = 0
        passes[-1].append(index)
        tokens += lengths[index]
    return passes


class Transformers:
    """What people write first: AutoModel on a padded batch, in the order of arrival."""

    def __init__(self, folder: Path, threads: int) -> None:
        import torch
        from transformers import AutoModel, AutoTokenizer

        torch.set_num_threads(threads)
        self._torch = torch
        self._tokenizer = AutoTokenizer.from_pretrained(folder)
        self._model = AutoModel.from_pretrained(folder).eval()

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Compute batches of 32."""
        parts = [self._pass(list(texts[at : at + BATCH])) for at in range(0, len(texts), BATCH)]
        return np.concatenate(parts)

    def _pass(self, texts: list[str]) -> np.ndarray:
        with self._torch.inference_mode():
            inputs = self._tokenizer(
                texts, padding=True, truncation=True, max_length=LONGEST, return_tensors="pt"
            )
            hidden = self._model(**inputs).last_hidden_state
            mask = inputs["attention_mask"].unsqueeze(-1).to(hidden.dtype)
            pooled = (hidden * mask).sum(1) / mask.sum(1)
            return self._torch.nn.functional.normalize(pooled, dim=1).numpy()


class SentenceTransformers:
    """The library as it comes: encode() sorts by length and batches by 32."""

    def __init__(self, folder: Path, threads: int) -> None:
        import torch
        from sentence_transformers import SentenceTransformer

        torch.set_num_threads(threads)
        self._model = SentenceTransformer(str(folder), device="cpu")

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Let the library sort and batch."""
        return self._model.encode(list(texts), batch_size=BATCH, show_progress_bar=False)


class Graph:
    """An ONNX graph: sorted by length, batches of 32, padded to their longest."""

    def __init__(self, folder: Path) -> None:
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(LONGEST)

    def run(self, inputs: dict[str, np.ndarray]) -> np.ndarray:
        """Return the hidden states, [batch, tokens, width]."""
        raise NotImplementedError

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Compute mean-pooled vectors."""
        ids = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(ids)), key=lambda index: len(ids[index]))
        vectors: list[Any] = [None] * len(ids)
        for at in range(0, len(order), BATCH):
            indices = order[at : at + BATCH]
            for index, vector in zip(indices, self._pass([ids[i] for i in indices]), strict=True):
                vectors[index] = vector
        return np.stack(vectors)

    def _pass(self, ids: list[list[int]]) -> np.ndarray:
        longest = max(len(row) for row in ids)
        words = np.zeros((len(ids), longest), np.int64)
        mask = np.zeros_like(words)
        for row, given in enumerate(ids):
            words[row, : len(given)] = given
            mask[row, : len(given)] = 1
        types = np.zeros_like(words)
        hidden = self.run({"input_ids": words, "attention_mask": mask, "token_type_ids": types})
        weights = mask[..., None].astype(np.float32)
        pooled = (hidden * weights).sum(1) / weights.sum(1)
        return pooled / np.linalg.norm(pooled, axis=1, keepdims=True)


class OnnxRuntime(Graph):
    """A bare onnxruntime session on the graph that its own optimizer has fused."""

    def __init__(self, folder: Path, threads: int) -> None:
        import onnxruntime

        super().__init__(folder)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(folder / "fused" / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )

    def run(self, inputs: dict[str, np.ndarray]) -> np.ndarray:
        """Run the session."""
        return self._session.run(None, inputs)[0]


class OpenVino(Graph):
    """OpenVINO on the plain graph, in the precision asked: its own default may be bfloat16."""

    def __init__(self, folder: Path, threads: int, precision: str = "f32") -> None:
        import openvino

        super().__init__(folder)
        core = openvino.Core()
        compiled = core.compile_model(
            core.read_model(str(folder / "onnx" / "model.onnx")),
            "CPU",
            {
                "INFERENCE_PRECISION_HINT": precision,
                "PERFORMANCE_HINT": "LATENCY",
                "INFERENCE_NUM_THREADS": str(threads),
            },
        )
        self._request = compiled.create_infer_request()

    def run(self, inputs: dict[str, np.ndarray]) -> np.ndarray:
        """Run the request; its answer is overwritten by the next, so it is copied."""
        return np.array(self._request.infer(inputs)[0])


ENGINES: dict[str, Callable[[Path, int], Engine]] = {
    "allot": Allot,
    "allot-bfloat16": lambda folder, threads: Allot(folder, threads, "bfloat16"),
    "transformers": Transformers,
    "sentence-transformers": SentenceTransformers,
    "onnxruntime": OnnxRuntime,
    "openvino": OpenVino,
    "openvino-bfloat16": lambda folder, threads: OpenVino(folder, threads, "bf16"),
}


def build_engine(name: str, folder: Path, threads: int) -> Engine:
    """Return an engine with its model loaded."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    return ENGINES[name](folder, threads)
