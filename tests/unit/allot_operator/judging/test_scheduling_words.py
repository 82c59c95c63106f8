from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allot_operator.facts.pods import Wishes
from allot_operator.judging.scheduling_words import PHRASES, describe_unschedulable

WISHES = Wishes(
    requests={"cpu": "4", "memory": "2Gi", "nvidia.com/gpu": "1"}, node_selector={"disk": "ssd"}
)
UNHELPFUL = (
    " preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, "
    "2 Preemption is not helpful for scheduling."
)
# The scheduler's messages by what is made of them; each plugin's words as of Kubernetes 1.36.
MESSAGES = [
    (
        "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint(s)."
        + UNHELPFUL,
        "1 of 3 nodes lacks cpu (the pod asks for 4), 2 of 3 have taints that the pod does not "
        "tolerate",
    ),
    (
        "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint {gpu: true}."
        + UNHELPFUL,
        "1 of 3 nodes lacks cpu (the pod asks for 4), 2 of 3 have the taint gpu=true that the pod "
        "does not tolerate",
    ),
    (
        "0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }."
        " preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.",
        "the only node has the taint node.kubernetes.io/not-ready that the pod does not tolerate",
    ),
    (
        "0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory. no new claims to "
        "deallocate, preemption: 0/1 nodes are available: 1 No preemption victims found for "
        "incoming pod.",
        "the only node lacks cpu (the pod asks for 4), it lacks memory (the pod asks for 2Gi)",
    ),
    (
        "0/12 nodes are available: 10 Insufficient nvidia.com/gpu, 2 node(s) were unschedulable.",
        "10 of 12 nodes lack nvidia.com/gpu (the pod asks for 1), 2 of 12 are cordoned",
    ),
    (
        "0/2 nodes are available: 2 Insufficient ephemeral-storage.",
        "all 2 nodes lack ephemeral-storage",
    ),
    (
        "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector."
        " preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
        "all 3 nodes lie outside the pod's nodeSelector (disk=ssd)",
    ),
    (
        "0/2 nodes are available: 1 Too many pods, 1 node(s) didn't match pod topology spread "
        "constraints (missing required label).",
        "1 of 2 nodes runs as many pods as it may, 1 of 2 lacks the label that the pod's "
        "topologySpreadConstraints spread over",
    ),
    (
        "0/4 nodes are available: 1 node(s) didn't match pod affinity rules, 1 node(s) didn't "
        "match pod anti-affinity rules, 2 node(s) didn't satisfy existing pods anti-affinity "
        "rules.",
        "1 of 4 nodes is not near a pod that the pod's podAffinity seeks, 1 of 4 runs a pod that "
        "the pod's podAntiAffinity avoids, 2 of 4 run pods whose podAntiAffinity avoids this one",
    ),
    (
        "0/2 nodes are available: 1 node(s) had no available volume zone, 1 node(s) didn't match "
        "PersistentVolume's node affinity.",
        "1 of 2 nodes lies outside the zone of the pod's volume, 1 of 2 cannot reach the pod's "
        "volume",
    ),
    # A plugin that is not known keeps its words.
    (
        "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) didn't satisfy plugin(s) [A B].",
        "1 of 2 nodes lacks cpu (the pod asks for 4), 1 of 2: node(s) didn't satisfy plugin(s) "
        "[A B]",
    ),
    # Refused before any node was looked at.
    (
        '0/3 nodes are available: persistentvolumeclaim "models" not found. preemption: 0/3 nodes '
        "are available: 3 Preemption is not helpful for scheduling.",
        'persistentvolumeclaim "models" not found',
    ),
    (
        "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: "
        "0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
        "pod has unbound immediate PersistentVolumeClaims",
    ),
    ("no nodes available to schedule pods", "the cluster has no nodes"),
    ("running PreFilter plugin: timed out", "running PreFilter plugin: timed out"),
]


@pytest.mark.parametrize(("message", "words"), MESSAGES)
def test_the_schedulers_message_becomes_plain_words(message: str, words: str) -> None:
    assert describe_unschedulable(message, WISHES) == words


@pytest.mark.parametrize(
    ("wishes", "choice"),
    [
        (Wishes(node_selector={"b": "2", "a": "1"}), "nodeSelector (a=1, b=2)"),
        (Wishes(has_node_affinity=True), "nodeAffinity"),
        (
            Wishes(node_selector={"a": "1"}, has_node_affinity=True),
            "nodeSelector (a=1) or nodeAffinity",
        ),
        (Wishes(), "nodeSelector or nodeAffinity"),
    ],
)
def test_says_by_what_the_pod_chooses_nodes(wishes: Wishes, choice: str) -> None:
    message = "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector."

    assert (
        describe_unschedulable(message, wishes) == f"the only node lies outside the pod's {choice}"
    )


@pytest.mark.parametrize("reason", PHRASES)
def test_every_known_reason_is_put_in_words(reason: str) -> None:
    prefix = "" if reason.startswith("Too") else "node(s) "

    words = describe_unschedulable(f"0/5 nodes are available: 2 {prefix}{reason}.", WISHES)

    assert words == f"2 of 5 nodes {PHRASES[reason][1]}"


@given(st.text(max_size=80))
def test_any_message_is_told(message: str) -> None:
    assert describe_unschedulable(message, WISHES) or not message
