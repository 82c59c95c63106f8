"""What is in a pod's volumes: files by name, as a pure function of what they refer to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from allot_local.node.environment import Lookup, read_object, resolve_field
from allot_local.node.errors import NotSupported

Files = dict[str, bytes]
# Gives a service-account token for (audience, seconds it is valid for).
MakeToken = Callable[[str, int], str]

TOKEN_SECONDS = 3600
# A token is replaced well before it ends, as a kubelet does at four fifths.
TOKEN_REFRESH_FRACTION = 0.8


def build_files(
    volume: Mapping[str, Any],
    *,
    pod: Mapping[str, Any],
    lookup: Lookup,
    token: MakeToken,
    address: str,
) -> Files:
    """Return the files of a volume; an emptyDir has none.

    Raises NotThereYet for what is missing, NotSupported for kinds of volumes that
    processes can't have here.
    """
    if "emptyDir" in volume:
        return {}
    if "configMap" in volume or "secret" in volume:
        return object_files(volume, lookup)
    if "downwardAPI" in volume:
        return field_files(volume["downwardAPI"].get("items", []), pod, address)
    if "projected" in volume:
        files: Files = {}
        for source in volume["projected"].get("sources", []):
            files |= source_files(source, pod=pod, lookup=lookup, token=token, address=address)
        return files
    kind = next((key for key in volume if key != "name"), "unknown")
    raise NotSupported(
        f'volume "{volume["name"]}": kind {kind} is not supported by this node; it has emptyDir, '
        "configMap, secret, downwardAPI and projected volumes"
    )


def source_files(
    source: Mapping[str, Any],
    *,
    pod: Mapping[str, Any],
    lookup: Lookup,
    token: MakeToken,
    address: str,
) -> Files:
    """Return the files of one source of a projected volume."""
    if "serviceAccountToken" in source:
        wanted = source["serviceAccountToken"]
        seconds = int(wanted.get("expirationSeconds", TOKEN_SECONDS))
        return {wanted["path"]: token(wanted.get("audience", ""), seconds).encode()}
    if "downwardAPI" in source:
        return field_files(source["downwardAPI"].get("items", []), pod, address)
    if "configMap" in source or "secret" in source:
        return object_files(source, lookup)
    raise NotSupported(f"projected source {', '.join(source)} is not supported by this node")


def object_files(volume: Mapping[str, Any], lookup: Lookup) -> Files:
    """Return a ConfigMap's or Secret's keys as files, or only those that `items` name."""
    kind = "ConfigMap" if "configMap" in volume else "Secret"
    source = volume["configMap"] if kind == "ConfigMap" else volume["secret"]
    name = source.get("name") or source.get("secretName")
    content = read_object(kind, {**source, "name": name}, lookup)
    if "items" not in source:
        return content
    return {i["path"]: content[i["key"]] for i in source["items"] if i["key"] in content}


def field_files(items: Sequence[Mapping[str, Any]], pod: Mapping[str, Any], address: str) -> Files:
    """Return fields of the pod as files."""
    return {
        item["path"]: resolve_field(item["fieldRef"]["fieldPath"], pod, address).encode()
        for item in items
        if "fieldRef" in item
    }


def referred_objects(pod: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Return every ConfigMap and Secret that the pod names, as (kind, name)."""
    spec = pod["spec"]
    found: set[tuple[str, str]] = set()
    for volume in spec.get("volumes", []):
        for source in [volume, *volume.get("projected", {}).get("sources", [])]:
            if "configMap" in source:
                found.add(("ConfigMap", source["configMap"]["name"]))
            if "secret" in source:
                secret = source["secret"]
                found.add(("Secret", secret.get("secretName") or secret["name"]))
    for container in [*spec.get("initContainers", []), *spec["containers"]]:
        found |= container_objects(container)
    return found


def container_objects(container: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Return every ConfigMap and Secret that a container's environment names."""
    references = [
        (key, reference)
        for source in [
            *container.get("envFrom", []),
            *(variable.get("valueFrom", {}) for variable in container.get("env", [])),
        ]
        for key, reference in source.items()
        if isinstance(reference, Mapping) and "name" in reference
    ]
    return {
        ("ConfigMap" if key.startswith("configMap") else "Secret", reference["name"])
        for key, reference in references
    }


def service_account_volume(pod: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the volume with the service account's token that admission added, if any."""
    for volume in pod["spec"].get("volumes", []):
        sources = volume.get("projected", {}).get("sources", [])
        if any("serviceAccountToken" in source for source in sources):
            found: Mapping[str, Any] = volume
            return found
    return None
