from __future__ import annotations

import os
from pathlib import Path

import pytest

from allot_api.trained_model import ModelSource
from allot_runtime.errors import SourceFault, SourceReason
from allot_runtime.sources.cache import Cache, choose_key
from allot_runtime.sources.locks import try_exclusive

URI = "hf://owner/name@0123456789abcdef0123456789abcdef01234567"


def a_source(**fields: object) -> ModelSource:
    return ModelSource.model_validate({"uri": URI, **fields})


def keep(cache: Cache, key: str, content: bytes = b"weights") -> Path:
    """Have a model in the cache."""
    with cache.fetching(key, lambda folder: None) as partial:
        (partial / "files").mkdir(parents=True)
        (partial / "files" / "model.safetensors").write_bytes(content)
        return cache.publish(key, partial, "https://host/a", {"model.safetensors": "1a"})


def never(folder: Path) -> None:
    pytest.fail(f"{folder} is waited for")


def test_a_key_is_of_the_source_its_files_and_their_digests() -> None:
    file = {"path": "a", "sha256": "1" * 64}
    sources = [
        a_source(),
        a_source(format="pickle"),
        a_source(files=[file]),
        a_source(files=[file | {"sha256": "2" * 64}]),
        a_source(uri=URI.replace("0", "f")),
    ]

    keys = [choose_key(source) for source in sources]

    assert len(set(keys)) == len(keys)
    assert choose_key(a_source(secretRef={"name": "any"})) == keys[0]
    assert keys[0].startswith("owner-name-0123456789abcdef")


def test_a_model_is_there_at_once_and_whole_or_not_at_all(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    assert cache.find("a") is None

    folder = keep(cache, "a")

    found = cache.find("a")
    assert found is not None
    assert (found[0], found[1].sums) == (folder, {"model.safetensors": "1a"})
    assert not (tmp_path / "partial" / "a").exists()


def test_a_model_of_which_a_part_is_missing_is_not_there(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    folder = keep(cache, "a")

    (folder / "model.safetensors").write_bytes(b"short")

    assert cache.find("a") is None


def test_a_damaged_model_gives_way_to_a_whole_one(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    (keep(cache, "a") / "model.safetensors").unlink()

    keep(cache, "a", b"other weights")

    found = cache.find("a")
    assert found is not None
    assert (found[0] / "model.safetensors").read_bytes() == b"other weights"


def test_only_one_fetches_a_model_at_a_time(tmp_path: Path) -> None:
    cache = Cache(tmp_path)

    with cache.fetching("a", never), cache.fetching("b", never):
        assert try_exclusive(tmp_path / "locks" / "a.fetch") is None
    with cache.fetching("a", never):
        pass


def test_what_nobody_uses_makes_room_and_what_somebody_uses_stays(tmp_path: Path) -> None:
    others, mine = Cache(tmp_path), Cache(tmp_path, limit=1250)
    for age, key in enumerate(["new", "old", "used"]):
        keep(others, key, b"x" * 300)
        (tmp_path / "locks" / f"{key}.use").touch()
        os.utime(tmp_path / "locks" / f"{key}.use", (1000 - age, 1000 - age))
    others.use("used")
    mine.use("wanted")

    mine.make_room(350, 350)

    assert others.find("old") is None
    assert others.find("new") is not None
    assert others.find("used") is not None


def test_a_model_that_never_fits_is_refused_for_good(tmp_path: Path) -> None:
    cache = Cache(tmp_path, limit=1_000_000)
    cache.use("a")

    with pytest.raises(SourceFault, match=r"needs 2\.5 MB and the cache's sizeLimit") as fault:
        cache.make_room(2_500_000, 2_500_000)

    assert (fault.value.reason, fault.value.may_pass) == (SourceReason.NO_SPACE, False)


def test_a_volume_that_is_too_small_may_be_emptied_by_somebody(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.use("a")

    with pytest.raises(SourceFault, match="the volume at") as fault:
        cache.make_room(2**60, 2**60)

    assert (fault.value.reason, fault.value.may_pass) == (SourceReason.NO_SPACE, True)
