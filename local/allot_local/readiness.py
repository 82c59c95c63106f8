"""Ask the components whether they are ready, with the administrator's certificate."""

from __future__ import annotations

import ssl
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep

REQUEST_SECONDS = 2.0
POLL_SECONDS = 0.1


def client_context(pki: Path) -> ssl.SSLContext:
    """Return TLS settings that trust the cluster's authority and show the admin's certificate."""
    context = ssl.create_default_context(cafile=str(pki / "ca.crt"))
    context.load_cert_chain(pki / "admin.crt", pki / "admin.key")
    return context


def answers(url: str, context: ssl.SSLContext) -> bool:
    """Say whether a GET of the URL answers 200."""
    # No proxy stands between this machine and itself.
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
    )
    try:
        with opener.open(url, timeout=REQUEST_SECONDS) as answer:
            return bool(answer.status == 200)  # noqa: PLR2004 - HTTP's OK
    except (urllib.error.URLError, OSError):
        return False


def wait_until(condition: Callable[[], bool], *, timeout_seconds: float) -> bool:
    """Return True as soon as the condition holds, False when time is up."""
    deadline = monotonic() + timeout_seconds
    while not condition():
        if monotonic() > deadline:
            return False
        sleep(POLL_SECONDS)
    return True
