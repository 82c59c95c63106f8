from __future__ import annotations

from allot_cluster.resources import DEPLOYMENTS
from allot_operator.planning.actions import Apply


def test_an_apply_knows_its_name_and_whether_it_scales() -> None:
    manifest = {"metadata": {"name": "x"}}

    assert Apply(DEPLOYMENTS, manifest).name == "x"
    assert not Apply(DEPLOYMENTS, manifest).is_scaling
    assert Apply(DEPLOYMENTS, manifest, manager="allot-scaler").is_scaling
