"""What can go wrong with a local cluster.

LocalClusterError        something that the person at the keyboard can mend
├── BuildFailed          the control plane could not be built; the message says why
├── ComponentFailed      a component did not start; the message has its last log lines
└── UnknownComponent     no component has the name
"""

from __future__ import annotations


class LocalClusterError(Exception):
    """Root of what `allot local` reports in words, without a traceback."""


class BuildFailed(LocalClusterError):
    """The control plane's programs could neither be found nor built."""


class ComponentFailed(LocalClusterError):
    """A component ended or did not become ready in time."""


class UnknownComponent(LocalClusterError):
    """The name is not that of a component; the message lists the names."""
