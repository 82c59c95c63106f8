"""Whether a caller may use this pod: by the token in a file, if there is one.

The file comes from a Secret that may come, change and go while the process runs:

    no file: open ──► `token`: asked for ──► `token` and `previous`: either is right ──► `token`

A token that is taken out counts a minute longer, so that a caller who has not read the Secret
since is not turned away. A Secret with anything else in it lets nobody in, rather than everybody.
"""

from __future__ import annotations

import hmac
import logging
import math
from collections.abc import Callable
from pathlib import Path

from allot_protocol.errors import ErrorType, RequestFault
from allot_runtime.clock import monotonic_seconds

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
GRACE_SECONDS = 60.0
MOST_BYTES = 4096
CHALLENGE = 'Bearer realm="security"'
_SCHEME = "bearer "

Stamp = tuple[tuple[str, int, int, int], ...]


class PodToken:
    """Knows the tokens of a folder, and looks for others at most once a second."""

    def __init__(self, folder: Path, now: Callable[[], float] = monotonic_seconds) -> None:
        self._folder = folder
        self._now = now
        self._looked_at = -math.inf
        self._stamp: Stamp = ()
        self._valid_until: dict[bytes, float] = {}
        """Each token, and until when it counts: those of files for ever."""

    def check(self, authorization: str | None) -> None:
        """Raise RequestFault (401) unless the header shows a token, or none is asked for."""
        now = self._now()
        if now - self._looked_at >= LOOK_SECONDS:
            self._looked_at = now
            self._look(now)
        if self._stamp and not self._is_valid(authorization or "", now):
            raise RequestFault(
                ErrorType.UNAUTHENTICATED,
                "this pod answers those only who show its namespace's token: send requests to the "
                "gateway",
                challenges=(CHALLENGE,),
            )

    def _is_valid(self, authorization: str, now: float) -> bool:
        shown = authorization[len(_SCHEME) :].strip().encode("utf-8", "replace")
        if authorization[: len(_SCHEME)].lower() != _SCHEME:
            return False
        found = False
        # Each is compared, whichever it is: the time tells nothing.
        for token, until in self._valid_until.items():
            found |= hmac.compare_digest(shown, token) and now < until
        return found

    def _look(self, now: float) -> None:
        """Read the files if they are not as they were."""
        try:
            stamp = read_stamp(self._folder)
        except OSError as error:
            logger.warning("Keeping the tokens that were there: %s", error)
            return
        if stamp == self._stamp:
            return
        tokens = {token for name, *_ in stamp if (token := self._read(name))}
        still = {
            token: min(until, now + GRACE_SECONDS)
            for token, until in self._valid_until.items()
            if until > now
        }
        self._valid_until = {**still, **dict.fromkeys(tokens, math.inf)}
        self._stamp = stamp
        logger.info("This pod asks for %s", "a token" if stamp else "no token any more")

    def _read(self, name: str) -> bytes:
        try:
            with (self._folder / name).open("rb") as file:
                return file.read(MOST_BYTES).strip()
        except OSError as error:
            logger.warning("A token cannot be read: %s", error)
            return b""


def read_stamp(folder: Path) -> Stamp:
    """Return what changes with the files of a mounted Secret; nothing where none is mounted.

    A kubelet keeps its own bookkeeping there, in names that begin with two dots.
    """
    try:
        paths = [path for path in sorted(folder.iterdir()) if not path.name.startswith("..")]
        found = [(path.name, path.stat()) for path in paths]
    except (FileNotFoundError, NotADirectoryError):
        return ()
    return tuple((name, one.st_ino, one.st_mtime_ns, one.st_size) for name, one in found)
