"""Write a pod's volumes and mounts to its folder, and read what its containers leave."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from allot_local.node.errors import NotSupported
from allot_local.node.folders import KEPT_LOGS, PodFolder
from allot_local.node.records import PodRecord, dump, load
from allot_local.node.volumes import Files

# As a kubelet bounds it.
TERMINATION_MESSAGE_BYTES = 4096
MAX_LOG_BYTES = 10 * 1024 * 1024
KEPT_LOG_BYTES = 1024 * 1024


def write_volume(folder: PodFolder, name: str, files: Files) -> None:
    """Write a volume's files, each whole or not at all; others in it stay."""
    home = folder.volume(name)
    home.mkdir(parents=True, exist_ok=True)
    for path, content in files.items():
        target = home / path
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_name(f".{target.name}.new")
        fresh.touch(mode=0o600)
        fresh.write_bytes(content)
        fresh.replace(target)


def lay_out_mounts(folder: PodFolder, container: str, mounts: Sequence[Mapping[str, Any]]) -> None:
    """Make each mount a link below the container's root, the outer ones first."""
    root = folder.root(container)
    for name in ("tmp", "dev"):
        (root / name).mkdir(parents=True, exist_ok=True)
    for mount in sorted(mounts, key=lambda one: str(one["mountPath"])):
        if ".." in Path(mount["mountPath"]).parts:
            raise NotSupported(f"mountPath {mount['mountPath']} leads out of the pod's folder")
        target = folder.volume(mount["name"]) / mount.get("subPath", "")
        if mount.get("subPath") and not target.exists():
            target.mkdir(parents=True)
        link_mount(root / str(mount["mountPath"]).lstrip("/"), target)


def link_mount(link: Path, target: Path) -> None:
    """Point a mount path to a volume; a folder that was made for a default gives way."""
    link.parent.mkdir(parents=True, exist_ok=True)
    if link.is_symlink():
        link.unlink()
    elif link.is_dir():
        try:
            link.rmdir()
        except OSError as error:
            raise NotSupported(f"mountPath {link.name} covers another mount") from error
    link.symlink_to(target)


def write_kubeconfig(folder: PodFolder, server: str, token: Path, authority: bytes) -> None:
    """Write the pod's kubeconfig: its token's file is read anew at every use."""
    (folder.home / "ca.crt").write_bytes(authority)
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {
                "name": "local",
                "cluster": {
                    "server": server,
                    "certificate-authority": str(folder.home / "ca.crt"),
                },
            }
        ],
        "users": [{"name": "pod", "user": {"tokenFile": str(token)}}],
        "contexts": [{"name": "local", "context": {"cluster": "local", "user": "pod"}}],
        "current-context": "local",
    }
    folder.kubeconfig.write_text(json.dumps(content))


def open_log(folder: PodFolder, container: str, restart_count: int) -> Path:
    """Make the log of a new start, and remove those of long ago."""
    log = folder.log(container, restart_count)
    log.parent.mkdir(parents=True, exist_ok=True)
    log.touch(mode=0o600)
    for old in range(restart_count - KEPT_LOGS, -1, -1):
        stale = folder.log(container, old)
        if not stale.exists():
            break
        stale.unlink()
    return log


def bound_log(log: Path) -> None:
    """Cut a log that has grown too large, keeping its end.

    The process goes on writing to the same file, which it opened for appending.
    """
    try:
        if log.stat().st_size <= MAX_LOG_BYTES:
            return
        with log.open("rb") as file:
            file.seek(-KEPT_LOG_BYTES, os.SEEK_END)
            kept = file.read()
        with log.open("r+b") as file:
            file.truncate(0)
            file.write(kept[kept.find(b"\n") + 1 :])
    except FileNotFoundError:
        return


def read_termination_message(path: Path, log: Path, *, is_fallback: bool) -> str:
    """Return a container's last words: its termination log, or the end of its log."""
    text = read_end(path)
    return read_end(log) if not text and is_fallback else text


def read_end(path: Path) -> str:
    """Return the last bytes of a file as text; nothing when there is none."""
    try:
        return path.read_bytes()[-TERMINATION_MESSAGE_BYTES:].decode(errors="replace").strip()
    except OSError:
        return ""


def save_record(folder: PodFolder, record: PodRecord) -> None:
    """Store the pod's record, whole or not at all."""
    folder.home.mkdir(parents=True, exist_ok=True)
    fresh = folder.record.with_suffix(".new")
    fresh.write_text(dump(record))
    fresh.replace(folder.record)


def load_record(folder: PodFolder) -> PodRecord | None:
    """Read the pod's record; None when there is none that can be read."""
    try:
        return load(folder.record.read_text())
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remove(folder: PodFolder) -> None:
    """Remove everything of a pod."""
    shutil.rmtree(folder.home, ignore_errors=True)
