"""Keys in a cluster: the Secrets that hold them are made, listed and deleted."""

from __future__ import annotations

from allot_api.api_keys import (
    API_KEY_SELECTOR,
    NAME_PREFIX,
    ApiKey,
    build_api_key_secret,
    is_api_key,
)
from allot_api.names import derived_name
from allot_cli.errors import KeyRefused
from allot_cli.key.listing import Row, read_rows
from allot_cluster.errors import AlreadyExists
from allot_cluster.interface import Cluster
from allot_cluster.resources import SECRETS


async def keep_key(cluster: Cluster, namespace: str, key: ApiKey) -> str:
    """Make the Secret of a key and return its name; raises KeyRefused if the id is taken."""
    secret = build_api_key_secret(key, namespace)
    try:
        await cluster.create(SECRETS, secret, field_manager="allot-cli")
    except AlreadyExists as error:
        raise KeyRefused(
            f"there is a key {key.id} in namespace {namespace}: delete it first, with "
            f"`allot key delete {key.id}`, or choose another id"
        ) from error
    return str(secret["metadata"]["name"])


async def list_keys(cluster: Cluster, namespace: str) -> list[Row]:
    """Return what the Secrets of a namespace hold."""
    found = await cluster.list(SECRETS, namespace=namespace, label_selector=API_KEY_SELECTOR)
    return read_rows(found.items)


async def delete_key(cluster: Cluster, namespace: str, identifier: str) -> None:
    """Delete the Secret of a key; raises KeyRefused if there is none."""
    name = derived_name(identifier, NAME_PREFIX)
    found = await cluster.get(SECRETS, namespace, name)
    if found is None or not is_api_key(found):
        raise KeyRefused(f"there is no key {identifier} in namespace {namespace}")
    await cluster.delete(SECRETS, namespace, name, uid=found["metadata"]["uid"])
