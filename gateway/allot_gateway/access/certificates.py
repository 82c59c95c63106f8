"""TLS with the certificate that is on disk now: a Secret that is mounted changes under a process.

A context that has loaded a certificate keeps it beside the next one of another type (RSA, then
ECDSA) and may go on showing it. So each change makes a new context, and the one that listens
hands every handshake over to the newest.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from dataclasses import dataclass
from pathlib import Path

logger = logging.getLogger(__name__)

LOOK_SECONDS = 10.0
Stamp = tuple[tuple[int, int, int], ...]


class UnusableCertificate(ValueError):
    """The files are missing, unreadable, or not of one pair; the message names them."""


@dataclass(frozen=True, slots=True)
class CertificateFiles:
    """Where a mounted Secret of type kubernetes.io/tls has its two halves."""

    certificate: Path
    key: Path

    @classmethod
    def in_folder(cls, folder: Path) -> CertificateFiles:
        """Return the files of a Secret that is mounted as a folder."""
        return cls(folder / "tls.crt", folder / "tls.key")

    def stamp(self) -> Stamp:
        """Return what changes with the files; a mounted Secret's are links to a new folder."""
        found = (path.stat() for path in (self.certificate, self.key))
        return tuple((one.st_ino, one.st_mtime_ns, one.st_size) for one in found)

    def load(self) -> ssl.SSLContext:
        """Return a server's context with the pair; raises UnusableCertificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            context.load_cert_chain(self.certificate, self.key, password=_no_password)
        except (OSError, ssl.SSLError, ValueError) as error:
            raise UnusableCertificate(
                f"{self.certificate} and {self.key} cannot be served with: {error}"
            ) from error
        return context


class Certificates:
    """The context to listen with, and the loop that keeps it up to date."""

    def __init__(self, files: CertificateFiles) -> None:
        """Load the pair; raises UnusableCertificate."""
        self._files = files
        self._newest = files.load()
        self._stamp = files.stamp()
        self.context = self._newest
        self.context.sni_callback = self._hand_over

    def _hand_over(
        self, connection: ssl.SSLObject | ssl.SSLSocket, name: str | None, context: ssl.SSLContext
    ) -> None:
        """Go on with the newest pair; called in each handshake, whether or not it names a host."""
        connection.context = self._newest

    def reload(self) -> bool:
        """Load the files if they changed; return whether a new pair is served from now on.

        A pair that cannot be loaded, such as one that is half written, is tried again at the next
        look, and the old one is served meanwhile.
        """
        try:
            stamp = self._files.stamp()
            if stamp == self._stamp:
                return False
            self._newest = self._files.load()
        except (OSError, UnusableCertificate) as error:
            logger.warning("Serving with the certificate that was there before: %s", error)
            return False
        self._stamp = stamp
        logger.info("Serving with the new certificate of %s", self._files.certificate)
        return True

    async def follow(self, seconds: float = LOOK_SECONDS) -> None:
        """Look now and then whether the files changed, until cancelled."""
        while True:
            await asyncio.sleep(seconds)
            self.reload()


def _no_password() -> str:
    # Without it OpenSSL would ask on the terminal for that of an encrypted key, and wait.
    return ""
