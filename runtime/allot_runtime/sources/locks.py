"""Locks between the pods that share a cache, by the volume that they share.

flock(2) is held by the open file and so ends with its process, however that ends. On NFS it is
kept by the server, from version 4 on always; a volume that knows no locks is used without them,
and then nothing is removed from it.
"""

from __future__ import annotations

import errno
import fcntl
import logging
import os
from dataclasses import dataclass
from pathlib import Path

logger = logging.getLogger(__name__)

# What volumes say that have no locks.
NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP})


@dataclass(slots=True)
class Lock:
    """An open file that holds a lock until it is released; `is_real` where the volume keeps it."""

    _descriptor: int
    is_real: bool = True

    def release(self) -> None:
        """Give it up; a second time does nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def try_exclusive(path: Path) -> Lock | None:
    """Return the lock if nobody holds it, also not shared; else None. Does not wait."""
    return _try(path, fcntl.LOCK_EX | fcntl.LOCK_NB)


def try_shared(path: Path) -> Lock | None:
    """Return a share of the lock unless somebody holds it alone; else None. Does not wait."""
    return _try(path, fcntl.LOCK_SH | fcntl.LOCK_NB)


def _try(path: Path, operation: int) -> Lock | None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, operation)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except OSError as error:
        if error.errno not in NO_LOCKS:
            os.close(descriptor)
            raise
        logger.warning("%s: the volume has no locks (%s)", path, error.strerror)
        return Lock(descriptor, is_real=False)
    return Lock(descriptor)
