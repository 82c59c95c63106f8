from __future__ import annotations

import re

import pytest

from allot_api.rules.model import FILE_PATTERN, PARENT_PATTERN, URI_PATTERN, model_id
from allot_api.rules.rule import Candidate
from allot_api.trained_model import TrainedModelSpec


def test_the_name_stands_for_the_id() -> None:
    spec = TrainedModelSpec.model_validate(
        {"source": {"uri": "file:///e5"}, "task_types": ["rerank"]}
    )

    assert model_id(Candidate("my-name", spec)) == "my-name"


@pytest.mark.parametrize(
    "uri",
    [
        "hf://a/b@main",
        "hf://a/b@refs/pr/1",
        "package://a.b",
        "package://a/b/c",
        "file:///a b/c",
        "https://host/a",
        "http://host:1/a/b",
        "https://host",
        "s3://b/a=1/c",
        "gs://b",
        "az://c/a",
        "pvc://my-claim/a/b",
        "pvc://my-claim",
    ],
)
def test_sources_that_can_be_understood(uri: str) -> None:
    assert re.fullmatch(URI_PATTERN, uri)
    assert not re.search(PARENT_PATTERN, uri)


@pytest.mark.parametrize(
    "uri",
    [
        "hf://a/b",
        "hf://a@1",
        "hf://a/b@",
        "package://",
        "file://a",
        "s3:///a",
        "file:///",
        "ftp://a/b",
        "https://",
        "https:///a",
        "https://a/b?c",
        "https://a/b#c",
        "pvc://A/b",
    ],
)
def test_sources_that_cannot(uri: str) -> None:
    assert not re.fullmatch(URI_PATTERN, uri)


@pytest.mark.parametrize("path", ["../a", "/a", "a/../b", "a//b", ".git/config", "a/", "~/a"])
def test_paths_that_leave_the_source(path: str) -> None:
    assert not re.fullmatch(FILE_PATTERN, path)
