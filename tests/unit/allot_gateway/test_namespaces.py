from __future__ import annotations

import pytest

from allot_gateway.namespaces import split_namespace


@pytest.mark.parametrize(
    ("path", "namespace", "rest"),
    [
        ("/_inference/x", "default", "/_inference/x"),
        ("/", "default", "/"),
        ("/livez", "default", "/livez"),
        ("/v1/embeddings", "default", "/v1/embeddings"),
        ("/search/_inference/x", "search", "/_inference/x"),
        ("/search/_ml/trained_models/_stats", "search", "/_ml/trained_models/_stats"),
        ("/search", "search", "/"),
        ("/search/", "search", "/"),
        ("/_ml/x", "default", "/_ml/x"),
    ],
)
def test_the_first_part_of_a_path_is_a_namespace_unless_a_call_begins_so(
    path: str, namespace: str, rest: str
) -> None:
    assert split_namespace(path, "default") == (namespace, rest)
