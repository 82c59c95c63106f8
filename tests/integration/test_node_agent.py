"""The node agent runs pods as a kubelet does, as far as a kubectl can tell."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import textwrap
import time

import psutil
import pytest

from allot_local.cluster import LocalCluster
from allot_local.progress import silent
from tests.conftest import Kubectl, KubectlFailed
from tests.integration.pods import Pods, a_container, a_pod, is_ready

SLEEP = "import time; print('up', flush=True); time.sleep(600)"
SERVER = textwrap.dedent(
    """
    import http.server, os, pathlib
    broken = pathlib.Path(os.environ["ALLOT_POD_ROOT"] + "/state/broken")
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            code = 500 if broken.exists() and self.path == "/live" else 200
            self.send_response(code); self.end_headers()
        def do_POST(self):
            broken.touch(); self.send_response(200); self.end_headers()
        def log_message(self, *_): pass
    http.server.ThreadingHTTPServer((os.environ["IP"], 8080), Handler).serve_forever()
    """
)
IP = {"name": "IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}


@pytest.fixture
def pods(kubectl: Kubectl, namespace: str) -> Pods:
    return Pods(kubectl, namespace)


def pid_of(pods: Pods, name: str) -> int:
    """The process id that a pod printed first."""
    return int(pods.logs(name).split()[0])


PRINT_PID = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"


def test_a_pod_runs_to_its_end_and_its_log_is_read(pods: Pods) -> None:
    pods.apply(a_pod("short", a_container("print('hello'); print('world')")))

    pod = pods.wait_for_phase("short", "Succeeded")

    assert pods.logs("short") == "hello\nworld\n"
    assert pods.logs("short", "--tail=1") == "world\n"
    ended = pod["status"]["containerStatuses"][0]["state"]["terminated"]
    assert (ended["exitCode"], ended["reason"]) == (0, "Completed")
    for reason in ("Scheduled", "Created", "Started"):
        pods.wait_for_event("short", reason)


def test_a_pod_that_fails_says_its_exit_code_and_its_last_words(pods: Pods) -> None:
    script = (
        "import os, sys; open(os.environ['ALLOT_POD_ROOT'] + '/dev/termination-log', 'w')"
        ".write('no more room'); sys.exit(7)"
    )
    pods.apply(a_pod("failing", a_container(script)))

    pod = pods.wait_for_phase("failing", "Failed")

    ended = pod["status"]["containerStatuses"][0]["state"]["terminated"]
    assert (ended["exitCode"], ended["reason"], ended["message"]) == (7, "Error", "no more room")


def test_environment_comes_from_every_kind_of_source(pods: Pods) -> None:
    pods.apply(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "map"}, "data": {"k": "m"}},
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "secret"},
         "stringData": {"k": "s"}},
    )  # fmt: skip
    env = [
        {"name": "LITERAL", "value": "l"},
        {"name": "COMPOSED", "value": "$(LITERAL)-$$(LITERAL)"},
        {"name": "MAP", "valueFrom": {"configMapKeyRef": {"name": "map", "key": "k"}}},
        {"name": "SECRET", "valueFrom": {"secretKeyRef": {"name": "secret", "key": "k"}}},
        {"name": "NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
        {"name": "LABEL", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['app']"}}},
        {"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
        {"name": "CPU", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu"}}},
        {"name": "MEMORY", "valueFrom": {
            "resourceFieldRef": {"resource": "requests.memory", "divisor": "1Mi"}}},
        {"name": "ABSENT", "valueFrom": {
            "configMapKeyRef": {"name": "no-such", "key": "k", "optional": True}}},
        IP,
    ]  # fmt: skip
    script = "import json, os; print(json.dumps(dict(os.environ)))"
    resources = {"limits": {"cpu": "1500m"}, "requests": {"memory": "64Mi"}}
    pods.apply(a_pod("env", a_container(script, env=env, resources=resources)))

    pod = pods.wait_for_phase("env", "Succeeded")

    seen = json.loads(pods.logs("env"))
    assert {name: seen.get(name) for name in ("LITERAL", "COMPOSED", "MAP", "SECRET")} == {
        "LITERAL": "l", "COMPOSED": "l-$(LITERAL)", "MAP": "m", "SECRET": "s",
    }  # fmt: skip
    assert (seen["NAME"], seen["LABEL"], seen["NODE"]) == ("env", "env", pod["spec"]["nodeName"])
    assert (seen["CPU"], seen["MEMORY"], seen["IP"]) == ("2", "64", pod["status"]["podIP"])
    assert "ABSENT" not in seen
    assert seen["IP"].startswith("127.")


def test_volumes_lie_under_the_pods_root(pods: Pods) -> None:
    pods.apply(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "map"},
         "data": {"a.txt": "alpha", "b.txt": "beta"}},
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "secret"},
         "stringData": {"key": "hidden"}},
    )  # fmt: skip
    script = (
        "import os, pathlib; root = pathlib.Path(os.environ['ALLOT_POD_ROOT'])\n"
        "(root / 'scratch/new').write_text('written')\n"
        "for path in ('config/a.txt', 'config/renamed', 'secret/key', 'scratch/new'):\n"
        "    file = root / path\n"
        "    print(path, file.read_text() if file.exists() else None)"
    )
    mounts = [
        {"name": "config", "mountPath": "/config"},
        {"name": "secret", "mountPath": "/secret"},
        {"name": "scratch", "mountPath": "/scratch"},
    ]
    volumes = [
        {"name": "config", "configMap": {"name": "map", "items": [
            {"key": "b.txt", "path": "renamed"}]}},
        {"name": "secret", "secret": {"secretName": "secret"}},
        {"name": "scratch", "emptyDir": {}},
    ]  # fmt: skip
    pods.apply(a_pod("volumes", a_container(script, volumeMounts=mounts), volumes=volumes))

    pods.wait_for_phase("volumes", "Succeeded")

    assert pods.logs("volumes").splitlines() == [
        "config/a.txt None", "config/renamed beta", "secret/key hidden", "scratch/new written",
    ]  # fmt: skip


def test_init_containers_run_first_one_after_the_other(pods: Pods) -> None:
    note = "import os; open(os.environ['ALLOT_POD_ROOT'] + '/notes/log', 'a').write({!r})"
    read = "import os; print(open(os.environ['ALLOT_POD_ROOT'] + '/notes/log').read())"
    mounts = [{"name": "notes", "mountPath": "/notes"}]
    first = a_container(note.format("first "), volumeMounts=mounts) | {"name": "first"}
    second = a_container(note.format("second"), volumeMounts=mounts) | {"name": "second"}
    pods.apply(
        a_pod(
            "init",
            a_container(read, volumeMounts=mounts),
            initContainers=[first, second],
            volumes=[{"name": "notes", "emptyDir": {}}],
        )
    )

    pods.wait_for_phase("init", "Succeeded")

    assert pods.logs("init") == "first second\n"


def test_an_init_container_that_fails_keeps_the_others_from_starting(pods: Pods) -> None:
    failing = a_container("raise SystemExit(3)") | {"name": "first"}
    pods.apply(a_pod("init-fails", a_container("print('never')"), initContainers=[failing]))

    pods.wait_for_phase("init-fails", "Failed")

    assert pods.status("init-fails", "first")["state"]["terminated"]["exitCode"] == 3
    assert "waiting" in pods.status("init-fails")["state"]


def test_probes_decide_readiness_and_restarts(pods: Pods) -> None:
    probe = {"periodSeconds": 1, "failureThreshold": 1}
    container = a_container(
        SERVER,
        env=[IP],
        ports=[{"name": "http", "containerPort": 8080}],
        volumeMounts=[{"name": "state", "mountPath": "/state"}],
        startupProbe={
            "tcpSocket": {"port": 8080},
            "periodSeconds": 1,
            "failureThreshold": 30,
        },
        readinessProbe={"httpGet": {"path": "/ready", "port": "http"}, **probe},
        livenessProbe={"httpGet": {"path": "/live", "port": "http"}, **probe},
    )
    volumes = [{"name": "state", "emptyDir": {}}]
    pods.apply(a_pod("probed", container, restartPolicy="Always", volumes=volumes))
    pod = pods.wait_until_ready("probed")

    with socket.create_connection((pod["status"]["podIP"], 8080)) as line:
        line.sendall(b"POST /break HTTP/1.0\r\n\r\n")
    restarted = pods.wait("probed", lambda pod: restarts(pod) >= 1)

    assert restarted["status"]["containerStatuses"][0]["lastState"]["terminated"]["exitCode"] > 0
    assert pods.wait_for_event("probed", "Unhealthy", "Liveness probe failed")
    assert pods.wait_for_event("probed", "Killing", "failed liveness probe")


def restarts(pod: dict[str, object]) -> int:
    status = pod["status"]
    assert isinstance(status, dict)
    count: int = status["containerStatuses"][0]["restartCount"]
    return count


def test_a_pod_that_is_not_probed_well_is_not_ready(pods: Pods) -> None:
    probe = {"httpGet": {"path": "/", "port": 8080}, "periodSeconds": 1}
    pods.apply(a_pod("deaf", a_container(SLEEP, readinessProbe=probe)))

    pod = pods.wait_for_phase("deaf", "Running")

    assert not is_ready(pod)
    assert "Readiness probe failed" in pods.wait_for_event("deaf", "Unhealthy")


def test_a_killed_process_is_started_again_and_its_former_log_is_kept(pods: Pods) -> None:
    pods.apply(a_pod("killed", a_container(PRINT_PID), restartPolicy="Always"))
    pods.wait_until_ready("killed")
    first = pid_of(pods, "killed")

    os.kill(first, signal.SIGKILL)
    pod = pods.wait("killed", lambda pod: restarts(pod) == 1 and is_ready(pod))

    assert pod["status"]["containerStatuses"][0]["lastState"]["terminated"]["exitCode"] == 137
    assert pid_of(pods, "killed") != first
    assert pods.logs("killed", "--previous").split() == [str(first)]


def test_a_pod_that_keeps_failing_backs_off_and_says_so(pods: Pods) -> None:
    pods.apply(a_pod("loop", a_container("raise SystemExit(2)"), restartPolicy="OnFailure"))

    def is_waiting(pod: dict[str, object]) -> bool:
        status = pods.status("loop")
        return bool(status.get("state", {}).get("waiting", {}).get("reason") == "CrashLoopBackOff")

    pods.wait("loop", is_waiting)

    assert "back-off" in pods.status("loop")["state"]["waiting"]["message"]
    assert "Back-off restarting failed container" in pods.wait_for_event("loop", "BackOff")


def test_logs_follow_a_pod_to_its_end(pods: Pods, local_cluster: LocalCluster) -> None:
    script = "import time\nfor n in range(5): print(n, flush=True); time.sleep(0.3)"
    pods.apply(a_pod("talking", a_container(script)))
    pods.wait("talking", lambda pod: pod["status"].get("phase") in ("Running", "Succeeded"))

    followed = pods.logs("talking", "-f")

    assert followed.split() == ["0", "1", "2", "3", "4"]


def test_an_image_without_a_program_is_named_with_those_that_have_one(pods: Pods) -> None:
    pods.apply(a_pod("foreign", {"name": "main", "image": "nginx:1.27"}))

    message = pods.wait_for_event("foreign", "Failed")

    assert 'image "nginx:1.27"' in message
    assert "allot/runtime" in message
    assert pods.status("foreign")["state"]["waiting"]["reason"] == "ImageNotMapped"


def test_a_volume_that_cannot_be_had_is_named(pods: Pods) -> None:
    volumes = [{"name": "disk", "hostPath": {"path": "/var/tmp"}}]
    pods.apply(a_pod("host", a_container(SLEEP), volumes=volumes))

    message = pods.wait_for_event("host", "Failed")

    assert 'volume "disk": kind hostPath is not supported' in message


def test_a_pod_waits_for_a_config_map_that_comes_later(pods: Pods) -> None:
    env = [{"name": "K", "valueFrom": {"configMapKeyRef": {"name": "late", "key": "k"}}}]
    pods.apply(a_pod("waiting", a_container("import os; print(os.environ['K'])", env=env)))
    assert pods.wait_for_event("waiting", "Failed") == 'configmap "late" not found'
    waiting = pods.status("waiting")["state"]["waiting"]
    assert waiting["reason"] == "CreateContainerConfigError"

    pods.apply(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "late"}, "data": {"k": "v"}}
    )

    pods.wait_for_phase("waiting", "Succeeded")
    assert pods.logs("waiting") == "v\n"


def test_a_deleted_pod_has_its_grace_and_then_no_more(pods: Pods, kubectl: Kubectl) -> None:
    stubborn = "import os, signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + PRINT_PID
    pods.apply(a_pod("stubborn", a_container(stubborn)))
    pods.wait_until_ready("stubborn")
    pid = pid_of(pods, "stubborn")

    began = time.monotonic()
    kubectl("delete", "pod", "stubborn", "-n", pods.namespace, "--grace-period=2")

    assert not psutil.pid_exists(pid)
    assert time.monotonic() - began >= 2
    with pytest.raises(KubectlFailed, match="not found"):
        pods.get("stubborn")


def test_every_pod_has_an_address_of_its_own(pods: Pods) -> None:
    pods.apply(*(a_pod(f"one-of-{n}", a_container(SLEEP)) for n in range(3)))

    addresses = {pods.wait_until_ready(f"one-of-{n}")["status"]["podIP"] for n in range(3)}

    assert len(addresses) == 3


def test_a_node_that_comes_back_takes_over_its_pods(
    pods: Pods, local_cluster: LocalCluster
) -> None:
    pods.apply(a_pod("kept", a_container(PRINT_PID), restartPolicy="Always"))
    pods.wait_until_ready("kept")
    before = pid_of(pods, "kept")
    agent = next(one.pid for one in local_cluster.status() if one.name == "node")
    assert agent is not None

    os.kill(agent, signal.SIGKILL)
    local_cluster.up(silent)
    time.sleep(2)

    pod = pods.get("kept")
    assert is_ready(pod)
    assert restarts(pod) == 0
    assert psutil.pid_exists(before)
    assert pids_that_print(before) == 1


def pids_that_print(pid: int) -> int:
    """How many processes run the same command line as the one with the id."""
    line = psutil.Process(pid).cmdline()
    me = subprocess.list2cmdline(line)
    return sum(
        subprocess.list2cmdline(process.info["cmdline"] or []) == me
        for process in psutil.process_iter(["cmdline"])
    )


def test_a_pod_may_ask_the_api_server_with_its_own_account(pods: Pods, kubectl: Kubectl) -> None:
    script = textwrap.dedent(
        """
        import os, ssl, urllib.request, yaml
        config = yaml.safe_load(open(os.environ["KUBECONFIG"]))
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        token = user.get("token") or open(user["tokenFile"]).read()
        context = ssl.create_default_context(cafile=cluster["certificate-authority"])
        request = urllib.request.Request(
            cluster["server"] + "/apis/authentication.k8s.io/v1/selfsubjectreviews",
            data=b'{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}',
            headers={"Authorization": "Bearer " + token, "Content-Type": "application/json"},
        )
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )
        print(opener.open(request).read().decode())
        """
    )
    pods.apply(a_pod("who", a_container(script)))

    pods.wait_for_phase("who", "Succeeded")

    user = json.loads(pods.logs("who"))["status"]["userInfo"]["username"]
    assert user == f"system:serviceaccount:{pods.namespace}:default"
