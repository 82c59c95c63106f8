"""Why a pod can't run on this node.

NodeError              root; its message is shown in the pod's status and Events
├── ImageNotMapped     no program stands for the image
├── NotSupported       the pod asks for something that processes can't have
├── NotThereYet        a ConfigMap or Secret that a volume needs is missing; tried again
├── NotConfigured      one that a variable needs is missing; tried again
└── ApiError           the API server refused or did not answer; carries its status code
"""

from __future__ import annotations


class NodeError(Exception):
    """Root of what the agent reports about a pod."""


class ImageNotMapped(NodeError):
    """No program of this machine stands for the image."""


class NotSupported(NodeError):
    """The pod asks for something that this node can't give."""


class NotThereYet(NodeError):
    """Something that the pod refers to does not exist; it may appear."""


class NotConfigured(NodeError):
    """A variable refers to something that does not exist; it may appear."""


class ApiError(NodeError):
    """The API server's answer was an error, or there was none (status 0)."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
