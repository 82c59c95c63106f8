"""Events that repeat, on a real API server: counted on the one that is there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from allot_cluster.connection import connect
from allot_cluster.resources import MODEL_DEPLOYMENTS
from allot_cluster.subjects import identify
from allot_local.cluster import LocalCluster
from allot_operator.clock import utc_now
from allot_operator.judging.repetition import QUIET
from allot_operator.judging.transitions import Notice, Severity
from allot_operator.passes.announcing import Announcer
from tests.conftest import Kubectl
from tests.integration.objects import Objects, an_object

NOTICE = Notice(Severity.WARNING, "CrashLooping", "the process ended with exit code 1")


@pytest.fixture
def objects(kubectl: Kubectl, namespace: str) -> Objects:
    return Objects(kubectl, namespace)


async def test_a_notice_that_repeats_is_counted_on_its_event(
    objects: Objects, local_cluster: LocalCluster
) -> None:
    times = [utc_now()]
    manifest = an_object("ModelDeployment", "flapping", {})
    manifest["metadata"].update(namespace=objects.namespace, uid="a-uid")
    subject = identify(MODEL_DEPLOYMENTS, manifest)

    async with await connect(kubeconfig=str(local_cluster.kubeconfig)) as cluster:
        announcer = Announcer(cluster, lambda: times[-1], "test")
        for _ in range(3):
            await announcer.announce(subject, [NOTICE])
        times.append(times[0] + QUIET)
        await announcer.announce(subject, [NOTICE])

    (event,) = objects.list("events")
    assert (event["reason"], event["count"]) == ("CrashLooping", 4)
    assert seen(event, "lastTimestamp") - seen(event, "firstTimestamp") == QUIET


def seen(event: dict[str, Any], field: str) -> datetime:
    return datetime.fromisoformat(event[field])


def test_the_operator_may_count_on_its_events(kubectl: Kubectl, allot: None) -> None:
    operator = "--as=system:serviceaccount:allot-system:allot-operator"

    for verb in ("create", "patch"):
        assert kubectl("auth", "can-i", verb, "events", operator, "-n", "default").strip() == "yes"
