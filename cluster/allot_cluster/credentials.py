"""Where the API server is and how to prove who we are, read again as tokens are rotated.

The official client's loaders do the reading; they read once, so this keeps what they need to read
again: a pod's token file is replaced about every hour, and a kubeconfig may name such a file.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from kubernetes.aio.client import Configuration
from kubernetes.aio.config.config_exception import ConfigException
from kubernetes.aio.config.incluster_config import InClusterConfigLoader
from kubernetes.aio.config.kube_config import KubeConfigLoader, KubeConfigMerger

from allot_cluster.errors import NotConfigured

_UNREADABLE = (
    ConfigException,
    OSError,
    yaml.YAMLError,
    # What the loaders stumble over where a file is not shaped like a kubeconfig.
    AttributeError,
    KeyError,
    TypeError,
    ValueError,
)
SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")


@dataclass(frozen=True, slots=True)
class KubeConfig:
    """One kubeconfig, or several joined by colons, and the context to use (None: the current)."""

    paths: str
    context: str | None = None

    def __str__(self) -> str:
        """Return it as a message names it."""
        return f"context {self.context} of {self.paths}" if self.context else self.paths


@dataclass(frozen=True, slots=True)
class InCluster:
    """The service account of the pod that this process runs in, and the API server's address."""

    host: str
    port: str
    folder: Path = SERVICE_ACCOUNT

    def __str__(self) -> str:
        """Return it as a message names it."""
        return "the pod's service account"


Source = KubeConfig | InCluster


def choose_source(
    kubeconfig: str | None, context: str | None, environment: Mapping[str, str]
) -> Source:
    """Return what to read: what the caller names, $KUBECONFIG, the pod, else ~/.kube/config.

    A context is a kubeconfig's word: with one, the pod's service account is passed over.
    """
    if named := kubeconfig or environment.get("KUBECONFIG"):
        return KubeConfig(named, context)
    host = environment.get("KUBERNETES_SERVICE_HOST")
    if host and context is None:
        return InCluster(host, environment.get("KUBERNETES_SERVICE_PORT", "443"))
    return KubeConfig(str(Path(environment.get("HOME", "~")) / ".kube" / "config"), context)


@dataclass(frozen=True, slots=True)
class Credentials:
    """One reading of a source.

    `rereads` says whether reading again may find another token without anybody having been
    refused: not so for a plugin that states no expiry, which would be run in vain.
    """

    configuration: Configuration
    namespace: str
    rereads: bool = True


async def load_credentials(source: Source) -> Credentials:
    """Read the source; raises NotConfigured, which says what to do about it."""
    try:
        if isinstance(source, InCluster):
            return _load_in_cluster(source)
        return await _load_kubeconfig(source)
    except _UNREADABLE as error:
        raise NotConfigured(f"{source} cannot be used: {error}") from error


def _load_in_cluster(source: InCluster) -> Credentials:
    configuration = Configuration()
    loader: Any = InClusterConfigLoader  # its constructor and methods carry no types
    loader(
        token_filename=str(source.folder / "token"),
        cert_filename=str(source.folder / "ca.crt"),
        try_refresh_token=False,
        environ={"KUBERNETES_SERVICE_HOST": source.host, "KUBERNETES_SERVICE_PORT": source.port},
    ).load_and_set(configuration)
    return Credentials(_stripped(configuration), _read_namespace(source.folder))


async def _load_kubeconfig(source: KubeConfig) -> Credentials:
    merged = _merge_kubeconfigs(source)
    _check_context(source, merged.value)
    configuration = Configuration()
    loader: Any = KubeConfigLoader  # its constructor and methods carry no types
    loaded = loader(merged, active_context=source.context, config_base_path=None)
    await loaded.load_and_set(configuration)
    context = loaded.current_context["context"]
    user = _user_of(merged.value, context.get("user", ""))
    if "exec" in user and not (configuration.api_key or configuration.cert_file):
        command = user["exec"].get("command")
        raise NotConfigured(f"{source}: the credential plugin {command} gave no credentials")
    rereads = "exec" not in user or hasattr(loaded, "exec_plugin_expiry")
    return Credentials(_stripped(configuration), context.get("namespace") or "default", rereads)


def _merge_kubeconfigs(source: KubeConfig) -> Any:
    merger: Any = KubeConfigMerger  # its constructor carries no types
    existing = [path for path in source.paths.split(os.pathsep) if Path(path).expanduser().exists()]
    merged = merger(os.pathsep.join(existing)).config if existing else None
    if merged is None:
        raise NotConfigured(
            f"no cluster is configured: {source.paths} does not exist. Start one with "
            "`allot local up`, or set KUBECONFIG to the kubeconfig of yours"
        )
    return merged


def _check_context(source: KubeConfig, document: Mapping[str, Any]) -> None:
    """Raise NotConfigured, with the contexts that there are, if the one asked for is not."""
    names = [context["name"] for context in document.get("contexts") or []]
    wanted = source.context or document.get("current-context")
    if not wanted:
        raise NotConfigured(f"{source.paths} names no current context: choose one of {names}")
    if wanted not in names:
        raise NotConfigured(f"{source.paths} has no context {wanted!r}, only {names}")


def _user_of(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return the user of this name, or an empty one; the merged entries wrap plain mappings."""
    users = [entry.value for entry in document["users"]]
    return next((user.get("user") or {} for user in users if user["name"] == name), {})


def _read_namespace(folder: Path) -> str:
    path = folder / "namespace"
    return path.read_text().strip() if path.exists() else "default"


def _stripped(configuration: Configuration) -> Configuration:
    """Return the configuration with the token as a header may hold it: files end in a newline."""
    token = configuration.api_key.get("BearerToken")
    if token:
        configuration.api_key["BearerToken"] = token.strip()
    return configuration
