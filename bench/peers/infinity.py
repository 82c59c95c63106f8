"""infinity, with both of its engines that run on a CPU, and its own batching.

Pinned to the newest releases with which its optimum engine finds a local ONNX file and its torch
engine still has BetterTransformer: optimum 1.24 and transformers 4.48.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from bench.environments import prepare_environment
from bench.models import prepare_graphs
from bench.peers.interface import EXACT, Command, Setup

MODEL = "model"
# They would ask a model hub, or tell of themselves.
QUIET = {"HF_HUB_OFFLINE": "1", "DO_NOT_TRACK": "1", "INFINITY_ANONYMOUS_USAGE_STATS": "0"}


@dataclass(frozen=True, slots=True)
class Infinity:
    """infinity_emb v2 with one engine."""

    engine: str
    path: str = "/embeddings"
    cosine: float = EXACT

    @property
    def name(self) -> str:
        """Return infinity-ENGINE."""
        return f"infinity-{self.engine}"

    def prepare(self, setup: Setup) -> None:
        """Make its environment and, for optimum, a folder with the one ONNX file in it."""
        prepare_environment("infinity")
        if self.engine == "optimum":
            prepare_graphs(setup.model)
            copy_for_optimum(setup.model)

    def command(self, setup: Setup, port: int) -> Command:
        """Return its documented command; mean pooling must be told to optimum."""
        program = prepare_environment("infinity").with_name("infinity_emb")
        folder = optimum_folder(setup.model) if self.engine == "optimum" else setup.model
        options = {
            "--model-id": str(folder),
            "--served-model-name": MODEL,
            "--engine": self.engine,
            "--pooling-method": "mean",
            "--device": "cpu",
            "--host": "127.0.0.1",
            "--port": str(port),
            "--log-level": "error",
        }
        flat = [word for option in options.items() for word in option]
        argv = (str(program), "v2", *flat, "--no-model-warmup")
        return Command(argv, QUIET | {"OMP_NUM_THREADS": str(setup.threads)})

    def write_body(self, text: str) -> bytes:
        """Return OpenAI's request."""
        return json.dumps({"model": MODEL, "input": [text]}).encode()

    def read_vector(self, answer: bytes) -> list[float]:
        """Return the first embedding."""
        vector: list[float] = json.loads(answer)["data"][0]["embedding"]
        return vector


def optimum_folder(model: Path) -> Path:
    """Return the folder that the optimum engine is given."""
    return model.with_name(f"{model.name}-optimum")


def copy_for_optimum(model: Path) -> None:
    """Make that folder: the model's, without weights or graphs that it could mistake for its."""
    target = optimum_folder(model)
    if not (target / "complete").exists():
        shutil.rmtree(target, ignore_errors=True)
        ignored = shutil.ignore_patterns("fused", "*.safetensors", "complete")
        shutil.copytree(model, target, ignore=ignored)
        (target / "complete").touch()
