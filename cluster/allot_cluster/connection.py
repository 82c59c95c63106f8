"""Opening a connection to the API server that the environment, or a person, names."""

from __future__ import annotations

import os

from allot_cluster.credentials import choose_source, load_credentials
from allot_cluster.live import LiveCluster
from allot_cluster.transport import Transport

CALL_TIMEOUT_SECONDS = 15.0
"""More than an API server needs for any call of ours, less than a person waits."""


async def connect(
    *,
    kubeconfig: str | None = None,
    context: str | None = None,
    timeout_seconds: float = CALL_TIMEOUT_SECONDS,
    user_agent: str = "allot",
) -> LiveCluster:
    """Return the cluster that is named: by the caller, $KUBECONFIG, the pod, or ~/.kube/config.

    No call is made yet. Raises NotConfigured, whose message says how to name a cluster.
    """
    source = choose_source(kubeconfig, context, os.environ)
    credentials = await load_credentials(source)
    transport = Transport(
        lambda: load_credentials(source),
        credentials,
        timeout_seconds=timeout_seconds,
        user_agent=user_agent,
    )
    return LiveCluster(transport, default_namespace=credentials.namespace)
