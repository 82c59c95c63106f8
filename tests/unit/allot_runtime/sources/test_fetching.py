from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from allot_api.trained_model import ModelSource
from allot_runtime.errors import SourceFault, SourceReason
from allot_runtime.sources.fetching import Surroundings, fetch_model, fetch_patiently
from allot_runtime.sources.progress import Measure, Progress, nothing_yet

WEIGHTS = b"weights"


def surroundings(tmp_path: Path, measures: list[Measure]) -> Surroundings:
    return Surroundings(
        cache=tmp_path / "cache",
        locate=lambda path: tmp_path / path.relative_to("/"),
        announce=measures.append,
        report=lambda fault: pytest.fail(f"nothing is to be tried again: {fault}"),
    )


def a_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "models" / "mine"
    folder.mkdir(parents=True)
    (folder / "config.json").write_bytes(b"{}")
    (folder / "model.safetensors").write_bytes(WEIGHTS)
    (folder / "README.md").write_bytes(b"words")
    return folder


def a_source(**file: object) -> ModelSource:
    files = [{"path": "model.safetensors", **file}] if file else None
    return ModelSource.model_validate({"uri": "file:///models/mine", "files": files})


def test_a_folder_is_taken_as_it_is_with_its_size(tmp_path: Path) -> None:
    folder, measures = a_folder(tmp_path), list[Measure]()

    fetched = fetch_model(a_source(), surroundings(tmp_path, measures))

    assert fetched.folder == folder
    assert [measure() for measure in measures] == [Progress(9, 9)]
    assert nothing_yet() == Progress(0, None)


def test_the_digest_changes_with_the_weights_and_not_with_the_readme(tmp_path: Path) -> None:
    folder, around = a_folder(tmp_path), surroundings(tmp_path, [])
    before = fetch_model(a_source(), around).digest

    (folder / "README.md").write_bytes(b"other words")
    same = fetch_model(a_source(), around).digest
    (folder / "model.safetensors").write_bytes(b"others!")
    other = fetch_model(a_source(), around).digest

    assert before == same != other


def test_what_is_declared_is_checked(tmp_path: Path) -> None:
    a_folder(tmp_path)
    around = surroundings(tmp_path, [])
    sha256 = hashlib.sha256(WEIGHTS).hexdigest()
    fetch_model(a_source(sha256=sha256, size_bytes=7), around)

    with pytest.raises(SourceFault) as fault:
        fetch_patiently(a_source(sha256="0" * 64), around)

    assert fault.value.reason is SourceReason.CHECKSUM_MISMATCH


def test_what_waiting_cannot_mend_is_not_tried_again(tmp_path: Path) -> None:
    with pytest.raises(SourceFault) as fault:
        fetch_patiently(a_source(), surroundings(tmp_path, []))

    assert fault.value.reason is SourceReason.NOT_FOUND
