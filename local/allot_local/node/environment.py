"""A container's environment: literals, references, and `$(NAME)` in both. Pure."""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from allot_local.node.errors import NotSupported, NotThereYet
from allot_local.node.quantities import parse_quantity

REFERENCE = re.compile(r"\$\$|\$\(([^)\s]+)\)")
SUBSCRIPT = re.compile(r"metadata\.(labels|annotations)\['([^']+)'\]")
# Objects by kind and name, as the API gives them; None when there is none.
Lookup = Callable[[str, str], Mapping[str, Any] | None]


def build_environment(
    pod: Mapping[str, Any],
    container: Mapping[str, Any],
    *,
    lookup: Lookup,
    address: str,
    allocatable: Mapping[str, str],
) -> dict[str, str]:
    """Return the variables that the pod's spec asks for, in its order.

    `lookup` gives ConfigMaps and Secrets; `address` is the pod's. Raises NotThereYet
    for a missing object or key that is not optional.
    """
    found: dict[str, str] = {}
    for source in container.get("envFrom", []):
        found.update(expand_source(source, lookup))
    for variable in container.get("env", []):
        if "valueFrom" not in variable:
            found[variable["name"]] = expand(variable.get("value", ""), found)
            continue
        value = resolve(
            variable["valueFrom"],
            pod=pod,
            container=container,
            lookup=lookup,
            address=address,
            allocatable=allocatable,
        )
        if value is not None:
            found[variable["name"]] = value
    return found


def expand(text: str, known: Mapping[str, str]) -> str:
    """Replace `$(NAME)` by its value; `$$` is a dollar, an unknown name stays as it is."""

    def value_of(match: re.Match[str]) -> str:
        name = match.group(1)
        if name is None:
            return "$"
        return known.get(name, match.group(0))

    return REFERENCE.sub(value_of, text)


def expand_source(source: Mapping[str, Any], lookup: Lookup) -> dict[str, str]:
    """Return all keys of a ConfigMap or Secret, with the prefix before each."""
    kind, reference = (
        ("ConfigMap", source["configMapRef"])
        if "configMapRef" in source
        else ("Secret", source["secretRef"])
    )
    content = read_object(kind, reference, lookup)
    return {source.get("prefix", "") + key: value.decode() for key, value in content.items()}


def read_object(kind: str, reference: Mapping[str, Any], lookup: Lookup) -> dict[str, bytes]:
    """Return the content of a ConfigMap or Secret; raises NotThereYet unless it is optional."""
    found = lookup(kind, reference["name"])
    if found is None:
        if reference.get("optional"):
            return {}
        raise NotThereYet(f'{kind.lower()} "{reference["name"]}" not found')
    return object_content(kind, found)


def object_content(kind: str, content: Mapping[str, Any]) -> dict[str, bytes]:
    """Return a ConfigMap's or Secret's keys with their bytes."""
    data: Mapping[str, str] = content.get("data") or {}
    if kind == "Secret":
        return {key: base64.b64decode(value) for key, value in data.items()}
    binary: Mapping[str, str] = content.get("binaryData") or {}
    return {key: value.encode() for key, value in data.items()} | {
        key: base64.b64decode(value) for key, value in binary.items()
    }


def resolve(
    source: Mapping[str, Any],
    *,
    pod: Mapping[str, Any],
    container: Mapping[str, Any],
    lookup: Lookup,
    address: str,
    allocatable: Mapping[str, str],
) -> str | None:
    """Return the value that a `valueFrom` names; None for an optional one that is missing."""
    for key, kind in (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")):
        if key in source:
            return resolve_key(kind, source[key], lookup)
    if "fieldRef" in source:
        return resolve_field(source["fieldRef"]["fieldPath"], pod, address)
    if "resourceFieldRef" in source:
        return resolve_resource(source["resourceFieldRef"], container, allocatable)
    raise NotSupported(f"env valueFrom {', '.join(source)} is not supported by this node")


def resolve_key(kind: str, reference: Mapping[str, Any], lookup: Lookup) -> str | None:
    """Return one key of a ConfigMap or Secret."""
    content = read_object(kind, reference, lookup)
    if reference["key"] in content:
        return content[reference["key"]].decode()
    if reference.get("optional"):
        return None
    raise NotThereYet(f"couldn't find key {reference['key']} in {kind} {reference['name']}")


def resolve_field(path: str, pod: Mapping[str, Any], address: str) -> str:
    """Return a field of the pod, as the downward API gives it. Raises NotSupported."""
    metadata, spec = pod["metadata"], pod["spec"]
    plain = {
        "metadata.name": metadata["name"],
        "metadata.namespace": metadata["namespace"],
        "metadata.uid": metadata["uid"],
        "spec.nodeName": spec.get("nodeName", ""),
        "spec.serviceAccountName": spec.get("serviceAccountName", "default"),
        "status.podIP": address,
        "status.podIPs": address,
        "status.hostIP": "127.0.0.1",
        "status.hostIPs": "127.0.0.1",
    }
    if path in plain:
        return str(plain[path])
    if subscript := SUBSCRIPT.fullmatch(path):
        return str((metadata.get(subscript.group(1)) or {}).get(subscript.group(2), ""))
    if path in ("metadata.labels", "metadata.annotations"):
        values: Mapping[str, str] = metadata.get(path.removeprefix("metadata.")) or {}
        return "\n".join(f'{key}="{value}"' for key, value in sorted(values.items()))
    raise NotSupported(f"fieldRef {path} is not supported by this node")


def resolve_resource(
    reference: Mapping[str, Any], container: Mapping[str, Any], allocatable: Mapping[str, str]
) -> str:
    """Return a request or limit of the container, in units of the divisor, rounded up.

    Without a limit or request it is what the node has, as a kubelet gives it.
    """
    kind, _, name = reference["resource"].partition(".")
    resources = container.get("resources", {})
    value = resources.get(kind, {}).get(name) or allocatable.get(name, "0")
    divisor = parse_quantity(str(reference.get("divisor") or "1")) or 1
    return str(math.ceil(parse_quantity(str(value)) / divisor))
