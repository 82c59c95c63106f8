"""Reads from the cluster what a name stands for. The only code here that asks the API server."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from allot_api.conditions import ConditionType, Status
from allot_api.names import decisions_name
from allot_api.scaling_decision import DECISIONS_KEY, Decisions, parse_decisions
from allot_cli.errors import NotExplained
from allot_cli.explain.facts import Deployment, Endpoint, Facts, read_deployment, read_endpoint
from allot_cluster.errors import NotFound
from allot_cluster.interface import Cluster, Manifest
from allot_cluster.resources import CONFIG_MAPS, INFERENCE_ENDPOINTS, MODEL_DEPLOYMENTS

MAX_NAMED = 5
# How alike a name has to be, of 1, so that it may be what was meant.
LIKENESS = 0.5


async def gather(cluster: Cluster, namespace: str, name: str) -> Facts:
    """Return what there is about an InferenceEndpoint or ModelDeployment, by its name or id.

    An endpoint comes before a deployment of the same name. Raises NotExplained if there is
    neither, or if the cluster has no such kinds, and the cluster's own errors.
    """
    try:
        endpoints = await cluster.list(INFERENCE_ENDPOINTS, namespace=namespace)
        deployments = await cluster.list(MODEL_DEPLOYMENTS, namespace=namespace)
    except NotFound as error:
        raise NotExplained(
            "this cluster does not know Allot's kinds: install them with "
            "kubectl apply -k manifests/base"
        ) from error
    found = find_subject(namespace, name, endpoints.items, deployments.items)
    if found.deployment is None:
        return found
    kept = await _fetch_decisions(cluster, namespace, found.deployment)
    return Facts(namespace, found.endpoint, found.deployment, kept)


def find_subject(
    namespace: str, name: str, endpoints: Sequence[Manifest], deployments: Sequence[Manifest]
) -> Facts:
    """Return the endpoint or deployment that a name, or an id, stands for; see `gather`."""
    if endpoint := _by_name(endpoints, name) or _by_id(endpoints, "inference_id", name):
        read = read_endpoint(endpoint)
        return Facts(namespace, read, _find_serving(read, deployments))
    if deployment := _by_name(deployments, name) or _by_id(deployments, "deployment_id", name):
        return Facts(namespace, None, read_deployment(deployment))
    raise NotExplained(_say_unknown(namespace, name, endpoints, deployments))


def _find_serving(endpoint: Endpoint, deployments: Sequence[Manifest]) -> Deployment | None:
    """Return the ModelDeployment that has the id; of several the one that is accepted."""
    wanted = endpoint.serving_deployment_id
    claimants = [
        read_deployment(one)
        for one in deployments
        if (one["spec"].get("deployment_id") or one["metadata"]["name"]) == wanted
    ]
    return next(iter(sorted(claimants, key=_is_refused)), None)


def _is_refused(deployment: Deployment) -> bool:
    return not any(
        one.type == ConditionType.ACCEPTED and one.status is Status.TRUE
        for one in deployment.status.conditions
    )


async def _fetch_decisions(
    cluster: Cluster, namespace: str, deployment: Deployment
) -> Decisions | None:
    name = decisions_name(deployment.settings.deployment_id)
    found = await cluster.get(CONFIG_MAPS, namespace, name)
    if found is None:
        return None
    return parse_decisions((found.get("data") or {}).get(DECISIONS_KEY, ""))


def _by_name(manifests: Iterable[Manifest], name: str) -> Manifest | None:
    return next((one for one in manifests if one["metadata"]["name"] == name), None)


def _by_id(manifests: Iterable[Manifest], field: str, identifier: str) -> Manifest | None:
    return next((one for one in manifests if one["spec"].get(field) == identifier), None)


def _say_unknown(
    namespace: str, name: str, endpoints: Sequence[Manifest], deployments: Sequence[Manifest]
) -> str:
    """Return the sentence about a name that nothing has, with those that may be meant."""
    there = sorted({one["metadata"]["name"] for one in (*endpoints, *deployments)})
    missing = f"namespace {namespace} has no InferenceEndpoint or ModelDeployment {name}"
    if not there:
        return f"{missing}, nor any other: name another namespace with --namespace"
    if near := get_close_matches(name, there, n=MAX_NAMED, cutoff=LIKENESS):
        return f"{missing}: is it {' or '.join(near)}?"
    more = len(there) - MAX_NAMED
    listed = ", ".join(there[:MAX_NAMED])
    return f"{missing}: it has {listed}" + (f" and {more} more" if more > 0 else "")
