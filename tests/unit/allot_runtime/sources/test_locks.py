from __future__ import annotations

from pathlib import Path

from allot_runtime.sources.locks import try_exclusive, try_shared


def test_one_holds_it_alone(tmp_path: Path) -> None:
    path = tmp_path / "locks" / "a"
    lock = try_exclusive(path)

    assert lock is not None
    assert lock.is_real
    assert try_exclusive(path) is None
    assert try_shared(path) is None
    lock.release()
    lock.release()
    assert try_exclusive(path) is not None


def test_many_share_it_and_none_has_it_alone_then(tmp_path: Path) -> None:
    path = tmp_path / "a"
    shares = [try_shared(path), try_shared(path)]

    assert None not in shares
    assert try_exclusive(path) is None
    for share in shares:
        assert share is not None
        share.release()
    assert try_exclusive(path) is not None
