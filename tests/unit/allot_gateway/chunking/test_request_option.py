from __future__ import annotations

import pytest

from allot_api.terms import TaskType
from allot_gateway.chunking.request_option import parse_chunks
from allot_protocol.errors import RequestFault


@pytest.mark.parametrize(
    ("value", "wanted"), [(None, False), ("false", False), ("true", True), ("", True)]
)
def test_a_flag_is_read_as_elasticsearch_reads_flags(value: str | None, *, wanted: bool) -> None:
    assert parse_chunks(value, TaskType.SPARSE_EMBEDDING) is wanted


def test_another_value_is_refused() -> None:
    with pytest.raises(RequestFault, match=r"Failed to parse value \[yes\]") as refused:
        parse_chunks("yes", TaskType.TEXT_EMBEDDING)

    assert refused.value.status == 400


def test_rerank_has_no_chunks_to_answer() -> None:
    assert parse_chunks("false", TaskType.RERANK) is False
    with pytest.raises(RequestFault, match=r"cannot be specified for task type \[rerank\]"):
        parse_chunks("true", TaskType.RERANK)
