"""The demo's steps on a cluster that is there: install, apply, wait, infer, show."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from time import sleep
from typing import Any

import httpx

from allot_api.names import OPERATOR_NAMESPACE
from allot_cli.demo.gateway import namespace_url, reach_gateway
from allot_cli.demo.inference import DENSE, RERANK, SPARSE, Question, ask, describe
from allot_cli.demo.narrator import Narrator
from allot_cli.demo.readiness import Readiness, count_ready, note_stalled, read_readiness
from allot_cli.errors import DemoFailed
from allot_cli.kubectl import Kubectl

POLL_SECONDS = 1.0
# A rollout that a cluster's end cut short is past its deadline when the cluster comes up again, and
# goes on all the same.
STALLED_SECONDS = 30.0
# Who asks the gateway of a person's own cluster, which wants to know; and the role it is given.
CLIENT, CLIENT_ROLE = "allot-demo", "allot-inference-user"


@dataclass(frozen=True, slots=True)
class Demo:
    """Where the demo runs and how long it waits for the endpoints.

    `overlay` is the folder below `manifests` that installs operator and gateway; `signs_in` is
    whether it shows that gateway who asks.
    """

    kubectl: Kubectl
    narrator: Narrator
    manifests: Path
    overlay: str
    namespace: str
    wait_seconds: float
    signs_in: bool = False

    def kubectl_shown(self, *arguments: str, timeout_seconds: float = 120) -> str:
        """Show the command, run it, and return what it prints."""
        self.narrator.command("kubectl", *arguments)
        return self.kubectl.run(*arguments, timeout_seconds=timeout_seconds)

    def install(self) -> None:
        """Install the kinds, operator, gateway and the models whose weights are packaged."""
        base, models = self.manifests / self.overlay, self.manifests / "models" / "offline"
        self.kubectl_shown("apply", "-k", str(base))
        self.kubectl_shown(
            "wait",
            "--for=condition=Established",
            "crd/inferenceendpoints.inference.allot.dev",
            "crd/modeldeployments.inference.allot.dev",
            "crd/trainedmodels.inference.allot.dev",
        )
        self.kubectl_shown("apply", "-k", str(models))
        for program in ("operator", "gateway"):
            self.kubectl_shown(
                "rollout",
                "status",
                f"deployment/allot-{program}",
                "--namespace",
                OPERATOR_NAMESPACE,
                "--timeout=180s",
                timeout_seconds=200,
            )

    def apply_examples(self) -> None:
        """Apply every example; make the namespace first where it is not there."""
        if self.namespace != "default":
            existing = self.kubectl.run("get", "namespaces", "-o", "name").split()
            if f"namespace/{self.namespace}" not in existing:
                self.kubectl_shown("create", "namespace", self.namespace)
        examples = self.manifests / "examples"
        said = self.kubectl_shown("apply", "--namespace", self.namespace, "-f", str(examples))
        self.narrator.text(said)

    def endpoints(self) -> list[dict[str, Any]]:
        """Return the endpoints of the demo's namespace."""
        answer = self.kubectl.get("inferenceendpoints", "--namespace", self.namespace)
        found: list[dict[str, Any]] = answer["items"]
        return found

    def wait_until_ready(self) -> None:
        """Wait until every endpoint is Ready, saying each change.

        Raises DemoFailed when time is up or an endpoint stays stalled.
        """
        told: list[str] = []
        since: dict[str, float] = {}
        deadline = self.narrator.elapsed_seconds() + self.wait_seconds
        while True:
            readiness = [read_readiness(endpoint) for endpoint in self.endpoints()]
            told = self._tell(readiness, told)
            ready, total = count_ready(readiness)
            if total and ready == total:
                return
            now = self.narrator.elapsed_seconds()
            since = note_stalled(readiness, since, now)
            long = {name for name, began in since.items() if now - began >= STALLED_SECONDS}
            if stalled := [one.sentence for one in readiness if one.name in long]:
                raise DemoFailed(f"stalled: {'; '.join(stalled)}")
            if now > deadline:
                raise DemoFailed(
                    f"after {self.wait_seconds:.0f} s only {ready} of {total} endpoints are ready: "
                    "look at `kubectl get ie,pods` and `kubectl describe ie`"
                )
            sleep(POLL_SECONDS)

    def _tell(self, readiness: list[Readiness], told: list[str]) -> list[str]:
        sentences = [one.sentence for one in readiness]
        ready, total = count_ready(readiness)
        for sentence in sentences:
            if sentence not in told:
                self.narrator.progress(f"{ready}/{total} ready · {sentence}")
        return sentences

    def infer(self) -> None:
        """Ask three endpoints for a dense vector, sparse tokens and a ranking."""
        token = self.sign_in() if self.signs_in else None
        with reach_gateway(self.kubectl) as base_url:
            self.narrator.text(f"The gateway answers at {base_url}")
            for question in (DENSE, SPARSE, RERANK):
                self._infer_one(namespace_url(base_url, self.namespace), question, token)

    def sign_in(self) -> str:
        """Return a token of a ServiceAccount that may ask the endpoints, made where it is not."""
        where = ("--namespace", self.namespace)
        found = self.kubectl.run("get", "serviceaccounts,rolebindings", *where, "-o", "name")
        if f"serviceaccount/{CLIENT}" not in found.split():
            self.kubectl_shown("create", "serviceaccount", CLIENT, *where)
        if f"rolebinding.rbac.authorization.k8s.io/{CLIENT}" not in found.split():
            bound = (f"--clusterrole={CLIENT_ROLE}", f"--serviceaccount={self.namespace}:{CLIENT}")
            self.kubectl_shown("create", "rolebinding", CLIENT, *bound, *where)
        return self.kubectl_shown("create", "token", CLIENT, *where).strip()

    def _infer_one(self, base_url: str, question: Question, token: str | None) -> None:
        path = f"/_inference/{question.task_type}/{question.endpoint}"
        self.narrator.text(f"POST {base_url}{path}", style="cyan")
        try:
            answer = ask(base_url, question, token)
        except httpx.HTTPError as error:
            raise DemoFailed(f"the gateway did not answer: {error}") from error
        for line in describe(question, answer):
            self.narrator.text(f"  {line}")

    def show(self) -> None:
        """Print what kubectl shows of it."""
        self.narrator.text(
            self.kubectl_shown("get", "ie,mdep,deploy", "--namespace", self.namespace)
        )
