"""Every rule about what users write, once: as CEL for the API server and as Python.

`rule` says what a rule is; `endpoint`, `deployment` and `model` list those of each kind;
`validation` applies schema and rules to a document without an API server.
"""

from allot_api.rules.validation import (
    Violation,
    validate_deployment,
    validate_endpoint,
    validate_model,
)

__all__ = ["Violation", "validate_deployment", "validate_endpoint", "validate_model"]
