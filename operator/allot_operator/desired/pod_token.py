"""Where a pod finds the token that its callers have to show, if its namespace has one.

The Secret is optional: a pod starts without it, and its kubelet puts the files there, or takes
them away, while it runs. So whoever makes, changes or deletes the Secret replaces no pod.
"""

from __future__ import annotations

from typing import Any

from allot_api.names import POD_TOKEN_PATH, POD_TOKEN_SECRET


def build_token_volume() -> dict[str, Any]:
    """Return the volume, which has the Secret's name."""
    return {
        "name": POD_TOKEN_SECRET,
        "secret": {"secretName": POD_TOKEN_SECRET, "optional": True},
    }


def build_token_mount() -> dict[str, Any]:
    """Return where the container finds it."""
    return {"name": POD_TOKEN_SECRET, "mountPath": POD_TOKEN_PATH, "readOnly": True}
