from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allot_operator.planning.differences import find_differences

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=10,
)


@given(json_values)
def test_a_value_does_not_differ_from_itself(value: Any) -> None:
    assert find_differences(value, value) == ()


@given(st.dictionaries(st.text(max_size=3), json_values), st.text(min_size=4, max_size=6))
def test_what_others_add_is_theirs(wanted: dict[str, Any], key: str) -> None:
    assert find_differences({**wanted, key: "theirs"}, wanted) == ()


@pytest.mark.parametrize(
    ("live", "wanted", "paths"),
    [
        ({}, {"a": 1}, ("a",)),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, ("a.b",)),
        ({"a": "1Gi"}, {"a": "1024Mi"}, ()),
        ({"a": ["x"]}, {"a": ["x", "y"]}, ("a",)),
        (
            {"env": [{"name": "B", "value": "2"}, {"name": "A", "value": "1"}]},
            {"env": [{"name": "A", "value": "1"}, {"name": "C", "value": "3"}]},
            ("env[C]",),
        ),
        (
            {"env": [{"name": "A", "value": "1"}]},
            {"env": [{"name": "A", "value": "2"}]},
            ("env[A].value",),
        ),
        # What the API server leaves out of what was sent.
        ({"env": [{"name": "A"}]}, {"env": [{"name": "A", "value": ""}]}, ()),
        ({}, {"readOnly": False, "values": [], "matchLabels": {}}, ()),
        ({}, {"weight": 0}, ("weight",)),
        ({}, {"allowPrivilegeEscalation": False}, ("allowPrivilegeEscalation",)),
        (
            {"volumes": [{"name": "tmp", "hostPath": {"path": "/"}}]},
            {"volumes": [{"name": "tmp", "emptyDir": {}}]},
            ("volumes[tmp].emptyDir",),
        ),
        # What it fills in, in lists whose items nothing tells apart.
        (
            {"sources": [{"serviceAccountToken": {"path": "t", "expirationSeconds": 3600}}]},
            {"sources": [{"serviceAccountToken": {"path": "t"}}]},
            (),
        ),
        ({"tolerations": [{"key": "a"}]}, {"tolerations": [{"key": "b"}]}, ("tolerations[0].key",)),
        (
            {"tolerations": [{"key": "a"}, {"key": "b"}]},
            {"tolerations": [{"key": "a"}]},
            ("tolerations",),
        ),
        # One node label may stand in two constraints.
        (
            {
                "spread": [
                    {"topologyKey": "z", "whenUnsatisfiable": "A", "maxSkew": 1},
                    {"topologyKey": "z", "whenUnsatisfiable": "B", "maxSkew": 2},
                ]
            },
            {
                "spread": [
                    {"topologyKey": "z", "whenUnsatisfiable": "B", "maxSkew": 2},
                    {"topologyKey": "z", "whenUnsatisfiable": "A", "maxSkew": 3},
                ]
            },
            ("spread[z A].maxSkew",),
        ),
    ],
)
def test_names_each_field_that_differs(live: Any, wanted: Any, paths: tuple[str, ...]) -> None:
    assert find_differences(live, wanted) == paths
