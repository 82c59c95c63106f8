"""Which fields each reason of Accepted=False speaks of, as rows of the table of rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from allot_api import names
from allot_api.documentation.row import Place, Row
from allot_api.reasons import AcceptedReason

CHUNKING, SETTINGS = "chunking_settings", "service_settings"

# By kind: the reasons in the order in which they are looked for, and the fields that may be meant.
FIELDS: Mapping[str, Mapping[AcceptedReason, tuple[str, ...]]] = {
    names.INFERENCE_ENDPOINT: {
        AcceptedReason.INVALID_SPEC: ("",),
        AcceptedReason.ID_TAKEN: ("inference_id",),
        AcceptedReason.DEPLOYMENT_NOT_FOUND: (f"{SETTINGS}.deployment_id",),
        AcceptedReason.DEPLOYMENT_NOT_ACCEPTED: (f"{SETTINGS}.deployment_id",),
        AcceptedReason.MODEL_MISMATCH: (f"{SETTINGS}.model_id",),
        AcceptedReason.MODEL_NOT_FOUND: (f"{SETTINGS}.model_id",),
        AcceptedReason.MODEL_NOT_ACCEPTED: (f"{SETTINGS}.model_id",),
        AcceptedReason.TASK_MISMATCH: ("task_type",),
        AcceptedReason.SETTINGS_MISMATCH: (
            f"{SETTINGS}.similarity",
            f"{SETTINGS}.element_type",
            f"{CHUNKING}.max_chunk_size",
        ),
        AcceptedReason.INVALID_SEPARATORS: (f"{CHUNKING}.separators",),
    },
    names.MODEL_DEPLOYMENT: {
        AcceptedReason.INVALID_SPEC: ("",),
        AcceptedReason.ID_TAKEN: ("deployment_id",),
        AcceptedReason.MODEL_NOT_FOUND: ("model_id",),
        AcceptedReason.MODEL_NOT_ACCEPTED: ("model_id",),
        AcceptedReason.SETTINGS_MISMATCH: ("element_type",),
    },
    names.TRAINED_MODEL: {
        AcceptedReason.INVALID_SPEC: ("",),
        AcceptedReason.INVALID_SOURCE: ("source.uri",),
        AcceptedReason.ID_TAKEN: ("model_id", "aliases"),
    },
}


def build_accepted_rows(kind: str) -> Iterator[Row]:
    """Yield a row for each reason for which an object of the kind is not accepted."""
    for reason, fields in FIELDS[kind].items():
        for field in fields:
            yield Row(field, reason.value, Place.ACCEPTED, (reason.sentence,))
