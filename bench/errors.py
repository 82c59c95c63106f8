"""What can go wrong while measuring.

BenchError
├── NotMeasured     this engine is left out, the others go on: no binary, wrong vectors, no start
└── BrokenRun       nothing can be measured: a bad argument, a model that cannot be made
"""

from __future__ import annotations


class BenchError(Exception):
    """The root of all of them."""


class NotMeasured(BenchError):
    """An engine has no figures, and why."""


class BrokenRun(BenchError):
    """The whole run ends, and why."""
