from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

import pytest

from allot_runtime.threads import (
    parse_cfs,
    parse_cpu_max,
    parse_membership,
    parse_throttled_seconds,
    read_cpu_share,
)


@pytest.mark.parametrize(
    ("text", "cores"),
    [("max 100000\n", None), ("200000 100000\n", 2.0), ("50000 100000", 0.5), ("max", None)],
)
def test_version_2_quota(text: str, cores: float | None) -> None:
    assert parse_cpu_max(text) == cores


def test_version_1_quota() -> None:
    assert parse_cfs("-1\n", "100000\n") is None
    assert parse_cfs("150000\n", "100000\n") == 1.5


def test_throttled_time_of_both_versions() -> None:
    assert parse_throttled_seconds("nr_throttled 3\nthrottled_usec 2500000\n") == 2.5
    assert parse_throttled_seconds("nr_throttled 3\nthrottled_time 2500000000\n") == 2.5
    assert parse_throttled_seconds("usage_usec 7\n") == 0.0


def test_membership_of_both_versions() -> None:
    text = "12:cpu,cpuacct:/kubepods/a\n4:memory:/kubepods/a\n0::/system.slice/b\n"

    assert parse_membership(text) == (
        PurePosixPath("/system.slice/b"),
        PurePosixPath("/kubepods/a"),
    )


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_the_tightest_quota_on_the_way_up_counts(tmp_path: Path) -> None:
    root = tmp_path / "cgroup"
    write(root / "pods/pod/cpu.max", "max 100000")
    write(root / "pods/cpu.max", "150000 100000")
    write(root / "pods/pod/cpu.stat", "throttled_usec 1000000")
    write(tmp_path / "membership", "0::/pods/pod\n")

    share = read_cpu_share(root, tmp_path / "membership")

    assert (share.quota, share.throttled_seconds) == (1.5, 1.0)
    assert share.affinity == len(os.sched_getaffinity(0))


def test_a_container_that_sees_only_its_own_group_finds_it_at_the_root(tmp_path: Path) -> None:
    root = tmp_path / "cgroup"
    write(root / "cpu.max", "400000 100000")
    write(tmp_path / "membership", "0::/../../not/visible\n")

    assert read_cpu_share(root, tmp_path / "membership").quota == 4.0


def test_version_1_lies_below_cpu(tmp_path: Path) -> None:
    root = tmp_path / "cgroup"
    write(root / "cpu/pod/cpu.cfs_quota_us", "300000")
    write(root / "cpu/pod/cpu.cfs_period_us", "100000")
    write(tmp_path / "membership", "5:cpu,cpuacct:/pod\n")

    assert read_cpu_share(root, tmp_path / "membership").quota == 3.0


def test_no_group_is_no_quota(tmp_path: Path) -> None:
    share = read_cpu_share(tmp_path / "no", tmp_path / "thing")

    assert (share.quota, share.throttled_seconds) == (None, 0.0)
