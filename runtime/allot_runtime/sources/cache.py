"""The folder of fetched models: one each, whole or not there, shared by the pods that mount it.

models/KEY/      files and manifest.json; appears by one rename, once all is checked
partial/KEY/     what is still being fetched
locks/KEY.fetch  held by the one process that fetches
locks/KEY.use    shared by all that use it; its time says when one last began to
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import shutil
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ValidationError

from allot_api.trained_model import ModelSource
from allot_runtime.errors import SourceFault, SourceReason
from allot_runtime.sources.eviction import Kept, NoRoom, Room, choose_victims
from allot_runtime.sources.locks import Lock, try_exclusive, try_shared
from allot_runtime.sources.partial import FILES_NAME, telling_of_room

logger = logging.getLogger(__name__)

MANIFEST = "manifest.json"
WAIT_SECONDS = 0.5
MAX_SLUG_LENGTH = 60


class Manifest(BaseModel):
    """What a model in the cache is: where from, and the sha256 and size of each file."""

    uri: str
    sums: dict[str, str]
    sizes: dict[str, int]


def choose_key(source: ModelSource) -> str:
    """Return the name of a source's folder: another revision, file or digest has another."""
    parts = {
        "uri": source.uri,
        "format": source.format,
        "files": sorted((file.path, file.sha256 or "") for file in source.files or []),
    }
    digest = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]
    slug = re.sub(r"[^A-Za-z0-9.-]+", "-", source.uri.partition("://")[2]).strip("-.")
    return f"{slug[:MAX_SLUG_LENGTH]}-{digest}"


@dataclass(slots=True)
class Cache:
    """The cache as one process uses it; `limit` is the bytes that all models may take."""

    root: Path
    limit: int | None = None
    _uses: dict[str, Lock] = field(init=False, default_factory=dict)

    def use(self, key: str) -> None:
        """Hold a model's place until this process ends: no other will remove it."""
        if key in self._uses:
            return
        path = self._lock_path(key, "use")
        with telling_of_room(path):
            self._uses[key] = _wait_for(lambda: try_shared(path), lambda: None)
            os.utime(path)

    def find(self, key: str) -> tuple[Path, Manifest] | None:
        """Return a model that is whole, with what was known of it when it was fetched."""
        folder = self.root / "models" / key
        try:
            manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
            sizes = {name: (folder / name).stat().st_size for name in manifest.sizes}
        except (OSError, ValidationError):
            return None
        return (folder, manifest) if sizes == manifest.sizes else None

    @contextmanager
    def fetching(self, key: str, on_wait: Callable[[Path], None]) -> Iterator[Path]:
        """Be the one that fetches a model; yield the folder for what is not whole.

        While another pod fetches it, wait; `on_wait` is told where that pod's files are.
        """
        path, folder = self._lock_path(key, "fetch"), self.root / "partial" / key
        with telling_of_room(path):
            lock = _wait_for(lambda: try_exclusive(path), lambda: on_wait(folder))
        # Without locks two pods may fetch at once: each for itself, and one publishes first.
        own = folder if lock.is_real else folder.with_name(f"{key}.{uuid.uuid4().hex[:8]}")
        try:
            yield own
        finally:
            lock.release()

    def make_room(self, needed: int, total: int) -> None:
        """Remove unused models until `needed` more bytes fit; raises SourceFault (NoSpace).

        `total` is the size of the whole model, of which a part may be here.
        """
        self._sweep()
        locks = {key: self._try_own(key) for key in self._keys()}
        try:
            kept = [self._describe(key, is_used=lock is None) for key, lock in locks.items()]
            room = Room(shutil.disk_usage(self.root).free, self.limit)
            chosen = choose_victims(needed, room, kept)
            if isinstance(chosen, NoRoom):
                raise _no_room(chosen, self.root, never=bool(self.limit and total > self.limit))
            for key in chosen:
                logger.info("%s is removed from the cache: nobody uses it", key)
                self.drop(key)
        finally:
            for lock in locks.values():
                if lock is not None:
                    lock.release()

    def publish(self, key: str, partial: Path, uri: str, sums: Mapping[str, str]) -> Path:
        """Make fetched files the model of a key, in one step; return their folder."""
        files, folder = partial / FILES_NAME, self.root / "models" / key
        sizes = {name: (files / name).stat().st_size for name in sums}
        manifest = Manifest(uri=uri, sums=dict(sums), sizes=sizes)
        with telling_of_room(files / MANIFEST):
            (files / MANIFEST).write_text(manifest.model_dump_json(), encoding="utf-8")
            for name in (*sums, MANIFEST):
                _sync(files / name)
            _sync(files)
            folder.parent.mkdir(parents=True, exist_ok=True)
            if self.find(key) is None:
                self._discard(folder)
                files.rename(folder)
                _sync(folder.parent)
        self._discard(partial)
        return folder

    def drop(self, key: str) -> None:
        """Remove a model, whole or not; its place in the cache is free at once."""
        for kind in ("models", "partial"):
            self._discard(self.root / kind / key)

    def _describe(self, key: str, *, is_used: bool) -> Kept:
        size = sum(_measure(self.root / kind / key) for kind in ("models", "partial"))
        return Kept(key, size, self._lock_path(key, "use").stat().st_mtime, is_used)

    def _keys(self) -> list[str]:
        folders = (self.root / kind for kind in ("models", "partial"))
        return sorted(
            {one.name for folder in folders if folder.is_dir() for one in folder.iterdir()}
        )

    def _try_own(self, key: str) -> Lock | None:
        """Return the lock of a model that nobody uses; None for one that somebody may use."""
        lock = try_exclusive(self._lock_path(key, "use"))
        if lock is not None and not lock.is_real:
            lock.release()
            return None
        return lock

    def _lock_path(self, key: str, kind: str) -> Path:
        return self.root / "locks" / f"{key}.{kind}"

    def _discard(self, folder: Path) -> None:
        """Take a folder away in one step, and then its files."""
        if folder.exists():
            trash = self.root / "trash" / uuid.uuid4().hex
            trash.parent.mkdir(parents=True, exist_ok=True)
            folder.rename(trash)
            shutil.rmtree(trash, ignore_errors=True)

    def _sweep(self) -> None:
        """Remove what a process that was killed left in the trash."""
        shutil.rmtree(self.root / "trash", ignore_errors=True)


def _wait_for(take: Callable[[], Lock | None], on_wait: Callable[[], None]) -> Lock:
    lock = take()
    if lock is None:
        on_wait()
    while lock is None:
        time.sleep(WAIT_SECONDS)
        lock = take()
    return lock


def _no_room(found: NoRoom, root: Path, *, never: bool) -> SourceFault:
    bound = "the cache's sizeLimit leaves" if found.is_limit else f"the volume at {root} has"
    return SourceFault(
        SourceReason.NO_SPACE,
        f"the model needs {found.needed / 10**6:.1f} MB and {bound} "
        f"{found.available / 10**6:.1f} MB for it, with all unused models removed: give the "
        "cache more room",
        may_pass=not never,
    )


def _measure(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _sync(path: Path) -> None:
    """Have the volume keep a file's bytes, or a folder's names, before the next step."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
