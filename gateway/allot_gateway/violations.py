"""What the rules of InferenceEndpoint say, in the form of Elasticsearch's validation. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from allot_api.rules import Violation
from allot_protocol.errors import ErrorType, RequestFault
from allot_protocol.request_body import shorten

# A message quotes what was given, which may be as long as a body.
SHOWN_CHARACTERS = 400
_UNKNOWN = "unknown field "
_REQUIRED = "Required value"


def describe_violations(violations: Sequence[Violation]) -> RequestFault:
    """Return the fault for at least one violation; all are listed, by number."""
    unknown = next((one for one in violations if one.message.startswith(_UNKNOWN)), None)
    if unknown is not None:
        block, field = _split(unknown)
        return RequestFault(
            ErrorType.PARSE, f"[{block}] unknown field [{shorten(field, SHOWN_CHARACTERS)}]"
        )
    listed = "".join(f"{place}: {_word(one)};" for place, one in enumerate(violations, 1))
    return RequestFault(ErrorType.SETTINGS, f"Validation Failed: {listed}")


def _word(violation: Violation) -> str:
    block, field = _split(violation)
    if violation.message == _REQUIRED:
        return f"[{block}] the required setting [{field}] is absent"
    return f"[{block}] {shorten(violation.message.replace(': spec.', ': '), SHOWN_CHARACTERS)}"


def _split(violation: Violation) -> tuple[str, str]:
    """Return the block of the body and the setting in it: service_settings and num_threads."""
    block, _, field = violation.field.removeprefix("spec.").partition(".")
    return block, field or block
