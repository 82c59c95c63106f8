"""Fetch what a pod refers to: ConfigMaps, Secrets, tokens; give its volumes' files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from allot_local.node.api import Api
from allot_local.node.environment import Lookup
from allot_local.node.volumes import (
    TOKEN_REFRESH_FRACTION,
    TOKEN_SECONDS,
    Files,
    build_files,
    referred_objects,
)

PLURALS = {"ConfigMap": "configmaps", "Secret": "secrets"}
Objects = dict[tuple[str, str], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Material:
    """The objects a pod refers to, the files of its volumes, and when tokens must be renewed."""

    objects: Objects
    volumes: dict[str, Files] = field(default_factory=dict)
    refresh_seconds: float | None = None

    @property
    def lookup(self) -> Lookup:
        """Give an object by kind and name; None when it does not exist."""
        return lambda kind, name: self.objects.get((kind, name))


async def fetch_material(api: Api, pod: Mapping[str, Any], address: str) -> Material:
    """Fetch everything; raises NotThereYet, NotSupported or ApiError."""
    namespace = f"/api/v1/namespaces/{pod['metadata']['namespace']}"
    objects: Objects = {
        (kind, name): await api.get(f"{namespace}/{PLURALS[kind]}/{name}")
        for kind, name in sorted(referred_objects(pod))
    }
    wanted = token_requests(pod)
    tokens = {one: await fetch_token(api, pod, *one) for one in wanted}
    found = Material(objects)
    volumes = {
        volume["name"]: build_files(
            volume,
            pod=pod,
            lookup=found.lookup,
            token=lambda audience, seconds: tokens[audience, seconds],
            address=address,
        )
        for volume in pod["spec"].get("volumes", [])
    }
    shortest = min((seconds for _, seconds in wanted), default=None)
    refresh = shortest * TOKEN_REFRESH_FRACTION if shortest is not None else None
    return Material(objects, volumes, refresh)


def token_requests(pod: Mapping[str, Any]) -> set[tuple[str, int]]:
    """Return the tokens that the pod's volumes ask for, as (audience, seconds)."""
    return {
        (token.get("audience", ""), int(token.get("expirationSeconds", TOKEN_SECONDS)))
        for volume in pod["spec"].get("volumes", [])
        for source in volume.get("projected", {}).get("sources", [])
        if (token := source.get("serviceAccountToken")) is not None
    }


async def fetch_token(api: Api, pod: Mapping[str, Any], audience: str, seconds: int) -> str:
    """Return a token of the pod's service account that ends with the pod."""
    metadata = pod["metadata"]
    account = pod["spec"].get("serviceAccountName", "default")
    request: dict[str, Any] = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {
            "audiences": [audience] if audience else [],
            "expirationSeconds": seconds,
            "boundObjectRef": {
                "apiVersion": "v1",
                "kind": "Pod",
                "name": metadata["name"],
                "uid": metadata["uid"],
            },
        },
    }
    path = f"/api/v1/namespaces/{metadata['namespace']}/serviceaccounts/{account}/token"
    answer = await api.call("POST", path, request)
    return str(answer["status"]["token"])
