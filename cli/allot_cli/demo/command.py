"""`allot demo`: a cluster, Allot on it, the examples, and answers from real weights."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from allot_cli.demo.assets import find_manifests
from allot_cli.demo.gateway import describe_use, find_outside
from allot_cli.demo.inference import SPARSE
from allot_cli.demo.narrator import Narrator
from allot_cli.demo.steps import CLIENT, Demo
from allot_cli.kubectl import Kubectl
from allot_local.cluster import LocalCluster
from allot_local.progress import ConsoleProgress

WAIT_SECONDS = 600.0
# The local cluster's Services of type LoadBalancer have an address of this machine; elsewhere one
# might open the gateway to the world.
LOCAL_OVERLAY, OTHER_OVERLAY = "overlays/local", "base"


def demo(
    context: Annotated[
        str | None,
        typer.Option(help="A context of your kubeconfig; without it a local cluster is started."),
    ] = None,
    namespace: Annotated[
        str | None,
        typer.Option(help="Where the examples go [default: default; with --context allot-demo]."),
    ] = None,
    wait_seconds: Annotated[
        float, typer.Option(min=1, help="How long to wait for the endpoints.")
    ] = WAIT_SECONDS,
) -> None:
    """Install Allot, apply the examples, wait until they are ready, and ask them.

    The cluster is left running, so that you can go on with it.
    """
    console = Console()
    narrator = Narrator(console)
    kubectl = start_local(narrator) if context is None else Kubectl("kubectl", context=context)
    steps = Demo(
        kubectl=kubectl,
        narrator=narrator,
        manifests=find_manifests(),
        overlay=LOCAL_OVERLAY if context is None else OTHER_OVERLAY,
        namespace=namespace or ("default" if context is None else "allot-demo"),
        wait_seconds=wait_seconds,
        signs_in=context is not None,
    )
    with narrator.step("Install Allot"):
        steps.install()
    with narrator.step("Apply Elasticsearch's examples"):
        steps.apply_examples()
    with narrator.step("Wait until every endpoint is ready"):
        steps.wait_until_ready()
    with narrator.step("Ask the endpoints, through the gateway"):
        steps.infer()
    with narrator.step("What kubectl shows"):
        steps.show()
    narrator.text(how_to_go_on(kubectl, steps.namespace))


def start_local(narrator: Narrator) -> Kubectl:
    """Bring up the local cluster and return its kubectl."""
    cluster = LocalCluster()
    with narrator.step("Start a Kubernetes control plane and a node on this machine"):
        cluster.up(ConsoleProgress(Console(stderr=True)))
    return Kubectl(str(cluster.kubectl), kubeconfig=cluster.kubeconfig)


def how_to_go_on(kubectl: Kubectl, namespace: str) -> str:
    """Say what a person may do next."""
    here = f" --namespace {namespace}" if namespace != "default" else ""
    if kubectl.kubeconfig is None:
        access = f"kubectl config use-context {kubectl.context}"
        client = f"kubectl delete{here} serviceaccount/{CLIENT} rolebinding/{CLIENT}"
        leave = (
            f"kubectl delete{here} -f manifests/examples/ && {client} "
            "&& kubectl delete -k manifests/base"
        )
    else:
        access = (
            "export KUBECONFIG=$(.venv/bin/allot local kubeconfig) "
            f'PATH="$PATH:{kubectl_folder(kubectl)}"'
        )
        leave = "make down"
    return "\n".join(
        [
            "How to go on:",
            f"  reach it        {access}",
            *describe_use(
                find_outside(kubectl),
                namespace,
                SPARSE,
                client=CLIENT if kubectl.kubeconfig is None else None,
            ),
            f"  watch it        kubectl get ie{here} -o wide --watch",
            f"  apply your own  kubectl apply{here} -f FILE   (see manifests/examples/)",
            f"  its story       kubectl describe ie my-elser-endpoint{here}",
            "  logs            kubectl logs -n allot-system deployment/allot-operator",
            f"  tear down       {leave}",
        ]
    )


def kubectl_folder(kubectl: Kubectl) -> str:
    """Return the folder of the kubectl program that belongs to the local cluster."""
    return kubectl.program.rpartition("/")[0]
