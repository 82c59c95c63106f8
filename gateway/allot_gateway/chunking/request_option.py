"""`?chunks=true`: the request option of Allot's own that answers with chunks. Pure.

    POST _inference/{text_embedding|sparse_embedding}/{id}?chunks=true

cuts each input as the endpoint's chunking_settings say and answers each chunk's embedding with
its offsets. It is a query parameter, since the body's fields are Elasticsearch's and no others.
"""

from __future__ import annotations

from allot_api.terms import TaskType
from allot_protocol.errors import illegal
from allot_protocol.request_body import shorten

PARAMETER = "chunks"
# As Elasticsearch reads a flag of a query: named without a value, it is on.
_FLAGS = {None: False, "false": False, "true": True, "": True}


def parse_chunks(value: str | None, task_type: TaskType) -> bool:
    """Whether chunks are asked for; None where the query does not say. Raises RequestFault."""
    if value not in _FLAGS:
        raise illegal(
            f"Failed to parse value [{shorten(value or '')}] of parameter [{PARAMETER}] as only "
            "[true] or [false] are allowed."
        )
    wanted = _FLAGS[value]
    if wanted and task_type is TaskType.RERANK:
        raise illegal(
            f"Parameter [{PARAMETER}] cannot be specified for task type [{task_type}]: write "
            "service_settings.long_document_strategy: chunk in the endpoint"
        )
    return wanted
