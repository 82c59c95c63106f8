from __future__ import annotations

from allot_api.trained_model import ModelFile
from allot_runtime.sources.remote import with_digests
from allot_runtime.sources.source import RemoteFile


def test_the_declared_digest_goes_before_the_sources_own() -> None:
    files = [RemoteFile("a", 1, "1" * 64), RemoteFile("b", 1, "1" * 64), RemoteFile("c", 1)]
    declared = [ModelFile(path="a", sha256="2" * 64), ModelFile(path="b")]

    sums = {file.path: file.sha256 for file in with_digests(files, declared)}

    assert sums == {"a": "2" * 64, "b": "1" * 64, "c": None}
