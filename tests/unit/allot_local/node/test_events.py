from __future__ import annotations

from typing import Any

from allot_local.node.events import NORMAL, WARNING, build_event

POD = {"metadata": {"name": "p", "namespace": "n", "uid": "0123456789"}}


def an_event(reason: str = "Started", message: str = "m", type_: str = NORMAL) -> dict[str, Any]:
    return build_event(POD, type_, reason, message, container="c", node="node")


def test_the_same_again_is_the_same_event() -> None:
    assert an_event() == an_event()
    names = {
        an_event()["metadata"]["name"],
        an_event(reason="Failed")["metadata"]["name"],
        an_event(message="other")["metadata"]["name"],
        an_event(type_=WARNING)["metadata"]["name"],
    }
    assert len(names) == 4


def test_an_event_names_the_container_as_a_kubelet_does() -> None:
    event = an_event()

    assert event["involvedObject"]["fieldPath"] == "spec.containers{c}"
    assert event["source"] == {"component": "kubelet", "host": "node"}
