"""How many CPUs this process may use: by affinity, and by its cgroup's quota.

The two layouts of cgroups are read as the kernel documents them: version 2 has
`cpu.max` ("QUOTA PERIOD" or "max PERIOD") and `cpu.stat`'s `throttled_usec`; version 1
has `cpu.cfs_quota_us` (-1 for none), `cpu.cfs_period_us` and `cpu.stat`'s
`throttled_time` in nanoseconds.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

CGROUPS = Path("/sys/fs/cgroup")
MEMBERSHIP = Path("/proc/self/cgroup")


@dataclass(frozen=True, slots=True)
class CpuShare:
    """What the kernel lets this process use; `quota` in cores, None where there is none."""

    quota: float | None
    affinity: int
    throttled_seconds: float


def parse_cpu_max(text: str) -> float | None:
    """Return the cores of a version 2 `cpu.max`."""
    quota, _, period = text.strip().partition(" ")
    return None if quota == "max" else int(quota) / int(period or 100_000)


def parse_cfs(quota: str, period: str) -> float | None:
    """Return the cores of version 1's quota and period."""
    return None if int(quota) < 0 else int(quota) / int(period)


def parse_throttled_seconds(stat: str) -> float:
    """Return how long the group was kept from running, from either version's `cpu.stat`."""
    fields = dict(line.split(maxsplit=1) for line in stat.splitlines() if " " in line)
    if "throttled_usec" in fields:
        return int(fields["throttled_usec"]) / 1e6
    return int(fields.get("throttled_time", 0)) / 1e9


def parse_membership(text: str) -> tuple[PurePosixPath | None, PurePosixPath | None]:
    """Return this process' group in version 2, and in version 1's cpu hierarchy."""
    unified = cpu = None
    for line in text.splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            unified = PurePosixPath(path)
        elif "cpu" in controllers.split(","):
            cpu = PurePosixPath(path)
    return unified, cpu


def read_cpu_share(root: Path = CGROUPS, membership: Path = MEMBERSHIP) -> CpuShare:
    """Return the tightest quota on the way from this process' group to the root.

    A container that sees only its own group finds it at the root, so every ancestor
    is tried and those that are not there are passed over.
    """
    unified, cpu = parse_membership(_read(membership) or "")
    folders = [*_ancestors(root, unified), *_ancestors(root / "cpu", cpu)]
    quotas = [quota for folder in folders if (quota := _read_quota(folder)) is not None]
    stats = [stat for folder in folders if (stat := _read(folder / "cpu.stat"))]
    return CpuShare(
        quota=min(quotas, default=None),
        affinity=len(os.sched_getaffinity(0)),
        throttled_seconds=parse_throttled_seconds(stats[0]) if stats else 0.0,
    )


def _ancestors(root: Path, group: PurePosixPath | None) -> list[Path]:
    if group is None:
        return []
    parts = [part for part in group.parts if part not in ("/", "..")]
    return [root.joinpath(*parts[:length]) for length in range(len(parts), -1, -1)]


def _read_quota(folder: Path) -> float | None:
    if text := _read(folder / "cpu.max"):
        return parse_cpu_max(text)
    quota, period = _read(folder / "cpu.cfs_quota_us"), _read(folder / "cpu.cfs_period_us")
    return parse_cfs(quota, period) if quota and period else None


def _read(path: Path) -> str | None:
    try:
        return path.read_text()
    except OSError:
        return None
