"""What a pod block adds to the pod that Allot makes.

Maps are merged by key and lists by what tells their items apart; where both say something, the
block wins, since what must stay Allot's was refused before (`allot_api.rules.pod`). Tolerations
are added to those that are there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from allot_api.pod_settings import PodSettings, dump_pod_settings
from allot_api.quantities import parse_quantity

Fields = dict[str, Any]
Items = Sequence[Fields]

MEMORY = "memory"
# Fields of the pod that are taken as they are written.
PLAIN_FIELDS = ("affinity", "priorityClassName", "runtimeClassName", "serviceAccountName")


def merge_labels(own: dict[str, str], pod: PodSettings) -> dict[str, str]:
    """Return the pods' labels; Allot's own are never replaced."""
    return {**(pod.labels or {}), **own}


def merge_annotations(own: dict[str, str], pod: PodSettings) -> dict[str, str]:
    """Return the pods' annotations; Allot's own are never replaced."""
    return {**(pod.annotations or {}), **own}


def merge_pod_spec(own: Fields, pod: PodSettings, selector: dict[str, str]) -> Fields:
    """Return a pod's spec with the block in it; without a block, the same spec.

    `selector` are the labels of the deployment's pods, for spread constraints without any.
    """
    block = dump_pod_settings(pod)
    merged = {**own, **{key: block[key] for key in PLAIN_FIELDS if key in block}}
    merged["containers"] = [_merge_container(own["containers"][0], block), *own["containers"][1:]]
    lists = {
        "volumes": _merge_items(own.get("volumes", ()), block.get("volumes", ()), "name"),
        "imagePullSecrets": _merge_items(
            own.get("imagePullSecrets", ()), block.get("imagePullSecrets", ()), "name"
        ),
        "tolerations": [*own.get("tolerations", ()), *block.get("tolerations", ())],
        "topologySpreadConstraints": _merge_spreading(
            own.get("topologySpreadConstraints", ()),
            block.get("topologySpreadConstraints", ()),
            selector,
        ),
    }
    node_selector = own.get("nodeSelector", {}) | block.get("nodeSelector", {})
    filled = {key: value for key, value in lists.items() if value or key in own}
    return merged | filled | ({"nodeSelector": node_selector} if node_selector else {})


def merge_resources(own: Fields, given: Fields) -> Fields:
    """Return requests and limits; where only one half of memory is given, the other gives way."""
    requests = own.get("requests", {}) | given.get("requests", {})
    limits = own.get("limits", {}) | given.get("limits", {})
    if _is_above(requests.get(MEMORY, ""), limits.get(MEMORY, "")):
        if MEMORY in given.get("requests", {}):
            limits[MEMORY] = requests[MEMORY]
        else:
            requests[MEMORY] = limits[MEMORY]
    return {"requests": requests} | ({"limits": limits} if limits else {})


def _merge_container(own: Fields, block: Fields) -> Fields:
    return {
        **own,
        "image": block.get("image", own["image"]),
        "env": _merge_items(own["env"], block.get("env", ()), "name"),
        "volumeMounts": _merge_items(
            own["volumeMounts"], block.get("volumeMounts", ()), "mountPath"
        ),
        "resources": merge_resources(own["resources"], block.get("resources", {})),
    }


def _merge_items(own: Items, given: Items, key: str) -> list[Fields]:
    return list({item[key]: item for item in (*own, *given)}.values())


def _merge_spreading(own: Items, given: Items, selector: dict[str, str]) -> list[Fields]:
    """Return the constraints: those over a node label that the block names are the block's."""
    keys = {item["topologyKey"] for item in given}
    kept = [item for item in own if item["topologyKey"] not in keys]
    return [*kept, *({"labelSelector": {"matchLabels": selector}, **item} for item in given)]


def _is_above(one: str, other: str) -> bool:
    amount, bound = parse_quantity(one), parse_quantity(other)
    return amount is not None and bound is not None and amount > bound
