"""The last words of a container, where Kubernetes reads them into the pod's status.

Source: `terminationMessagePath`, of which a kubelet reads at most 4096 bytes.
"""

from __future__ import annotations

import json
import logging
from pathlib import Path

logger = logging.getLogger(__name__)

MAX_BYTES = 4096
MAX_MESSAGE = 2000


def build_termination_message(reason: str, message: str) -> str:
    """Return reason and message as JSON that fits."""
    if len(message) > MAX_MESSAGE:
        message = f"{message[: MAX_MESSAGE - 1]}…"
    text = json.dumps({"reason": reason, "message": message}, ensure_ascii=False)
    # Characters of four bytes could still be too many: escapes never split one.
    return text if len(text.encode()) <= MAX_BYTES else json.dumps({"reason": reason})


def write_termination_message(path: Path, reason: str, message: str) -> None:
    """Write the last words; a process that runs outside of a pod has nowhere to."""
    try:
        path.write_text(build_termination_message(reason, message), encoding="utf-8")
    except OSError as error:
        logger.info("no termination message is written: %s", error)
