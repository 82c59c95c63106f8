"""The scheduler's message about a pod that fits on no node, as a sentence for its owner.

    0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint(s). preemption: ...

Between the colon and the full stop stand the plugins' reasons, each with the number of nodes that
have it (FitError in Kubernetes' scheduler, as of 1.36). What follows is about preemption, which
tells a pod's owner nothing new. A message of another form is told as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from allot_operator.facts.pods import Wishes

MESSAGE = re.compile(r"0/(?P<total>\d+) nodes are available: (?P<said>.+)", re.DOTALL)
# One reason with its number; the next one begins with a number too.
REASON = re.compile(r"(\d+) (.+?)(?:, (?=\d+ )|$)")
NO_NODES = "no nodes available to schedule pods"
INSUFFICIENT = re.compile(r"Insufficient (\S+)")
# Older schedulers name the taint; that of 1.36 says only that there is one.
TAINT = re.compile(r"node\(s\) had untolerated taint \{(?P<key>[^:}]+):\s*(?P<value>[^}]*)\}")
SELECTOR_REASON = "node(s) didn't match Pod's node affinity/selector"

# What one node and several nodes do, by the plugin's reason without "node(s) ".
PHRASES: Mapping[str, tuple[str, str]] = {
    "Too many pods": ("runs as many pods as it may", "run as many pods as they may"),
    "had untolerated taint(s)": (
        "has a taint that the pod does not tolerate",
        "have taints that the pod does not tolerate",
    ),
    "were unschedulable": ("is cordoned", "are cordoned"),
    "didn't match pod topology spread constraints": (
        "would break the pod's topologySpreadConstraints",
        "would break the pod's topologySpreadConstraints",
    ),
    "didn't match pod topology spread constraints (missing required label)": (
        "lacks the label that the pod's topologySpreadConstraints spread over",
        "lack the label that the pod's topologySpreadConstraints spread over",
    ),
    "didn't match pod affinity rules": (
        "is not near a pod that the pod's podAffinity seeks",
        "are not near a pod that the pod's podAffinity seeks",
    ),
    "didn't match pod anti-affinity rules": (
        "runs a pod that the pod's podAntiAffinity avoids",
        "run pods that the pod's podAntiAffinity avoids",
    ),
    "didn't satisfy existing pods anti-affinity rules": (
        "runs a pod whose podAntiAffinity avoids this one",
        "run pods whose podAntiAffinity avoids this one",
    ),
    "had no available volume zone": (
        "lies outside the zone of the pod's volume",
        "lie outside the zone of the pod's volume",
    ),
    "didn't find available persistent volumes to bind": (
        "has no volume for the pod's claim",
        "have no volume for the pod's claim",
    ),
    "didn't match PersistentVolume's node affinity": (
        "cannot reach the pod's volume",
        "cannot reach the pod's volume",
    ),
    "did not have enough free storage": (
        "has too little free storage for the pod's claim",
        "have too little free storage for the pod's claim",
    ),
    "exceed max volume count": (
        "has as many volumes attached as it may",
        "have as many volumes attached as they may",
    ),
    "unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by "
    "another pod": (
        "cannot mount the pod's claim, which another pod holds for itself (ReadWriteOncePod)",
        "cannot mount the pod's claim, which another pod holds for itself (ReadWriteOncePod)",
    ),
}


def describe_unschedulable(message: str, wishes: Wishes) -> str:
    """Return why a pod fits on no node, in plain words; a message of another form as it is.

    "1 of 3 nodes lacks cpu (the pod asks for 4), 2 of 3 have taints that the pod does not tolerate"
    """
    if message == NO_NODES:
        return "the cluster has no nodes"
    found = MESSAGE.fullmatch(message.strip())
    if found is None:
        return message
    said = found["said"].split(". ", maxsplit=1)[0].removesuffix(".")
    total = int(found["total"])
    reasons = REASON.findall(said)
    # A plugin that refused the pod before any node was looked at speaks without numbers.
    if not reasons or not said.startswith(reasons[0][0]):
        return said
    return ", ".join(
        f"{_subject(int(count), total, is_first=index == 0)}"
        f"{_predicate(reason, wishes, is_one=int(count) == 1)}"
        for index, (count, reason) in enumerate(reasons)
    )


def _subject(count: int, total: int, *, is_first: bool) -> str:
    if total == 1:
        return "the only node" if is_first else "it"
    if count == total:
        return f"all {total} nodes" if is_first else f"all {total}"
    return f"{count} of {total} nodes" if is_first else f"{count} of {total}"


def _predicate(reason: str, wishes: Wishes, *, is_one: bool) -> str:
    """Return a space and what the nodes do; a reason that is not known follows a colon."""
    if known := PHRASES.get(reason.removeprefix("node(s) ")):
        return f" {known[0] if is_one else known[1]}"
    if lacking := INSUFFICIENT.fullmatch(reason):
        asked = wishes.requests.get(lacking[1])
        asks = f" (the pod asks for {asked})" if asked else ""
        return f" {'lacks' if is_one else 'lack'} {lacking[1]}{asks}"
    if taint := TAINT.fullmatch(reason):
        name = f"{taint['key']}={taint['value']}" if taint["value"] else taint["key"]
        return f" {'has' if is_one else 'have'} the taint {name} that the pod does not tolerate"
    if reason == SELECTOR_REASON:
        return f" {'lies' if is_one else 'lie'} outside the pod's {_describe_choice(wishes)}"
    return f": {reason}"


def _describe_choice(wishes: Wishes) -> str:
    """Return by what the pod chooses nodes."""
    labels = ", ".join(f"{key}={value}" for key, value in sorted(wishes.node_selector.items()))
    by_selector = f"nodeSelector ({labels})" if labels else ""
    by_affinity = "nodeAffinity" if wishes.has_node_affinity else ""
    chosen = [choice for choice in (by_selector, by_affinity) if choice]
    return " or ".join(chosen) or "nodeSelector or nodeAffinity"
