"""What runs while the Lease is held, and only then: watches, workers, and the loops."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from allot_cluster.credentials import Credentials
from allot_cluster.errors import ClusterError, NotFound
from allot_cluster.interface import Cluster
from allot_cluster.resources import INFERENCE_ENDPOINTS, MODEL_DEPLOYMENTS, TRAINED_MODELS, Resource
from allot_operator.health import Health
from allot_operator.measures import Measures
from allot_operator.observing.fronts import look_for_front
from allot_operator.observing.gateway_rounds import look_for_gateways
from allot_operator.observing.pacing import choose_pause
from allot_operator.observing.rounds import ask_round
from allot_operator.passes.deployment_pass import pass_over_deployment
from allot_operator.passes.endpoint_pass import pass_over_endpoint
from allot_operator.passes.failing import tell_failure
from allot_operator.passes.model_pass import pass_over_model
from allot_operator.passes.surroundings import Surroundings
from allot_operator.settings import Settings
from allot_operator.watching import Watches
from allot_operator.work.dispatching import DECLARED, Dispatcher
from allot_operator.work.keys import Key
from allot_operator.work.work_queue import WorkQueue
from allot_operator.work.working import Crew, work

logger = logging.getLogger(__name__)

PASSES = {
    TRAINED_MODELS: pass_over_model,
    MODEL_DEPLOYMENTS: pass_over_deployment,
    INFERENCE_ENDPOINTS: pass_over_endpoint,
}
OVERSIGHT_SECONDS = 5.0
GATEWAY_SECONDS = 5.0
# A key that is due and not taken for this long means that the workers are stuck.
LONGEST_NEGLECT_SECONDS = 120.0
SILENCE_SECONDS = 120.0
KINDS_RETRY_SECONDS = 2.0
RESYNC_RETRY_SECONDS = 10.0


class Leader:
    """One time of leading; the next one starts with nothing."""

    def __init__(
        self,
        settings: Settings,
        around: Surroundings,
        health: Health,
        measures: Measures,
        load_credentials: Callable[[], Awaitable[Credentials]],
    ) -> None:
        self._settings = settings
        self._around = around
        self._health = health
        self._measures = measures
        self._load_credentials = load_credentials
        self._queue = WorkQueue()
        self._dispatcher = Dispatcher(
            self._queue.add, settings.operator_namespace, settings.namespaces
        )

    async def lead(self) -> None:
        """Do the operator's work until cancelled; raises if it cannot go on."""
        loops = {
            "watches": SILENCE_SECONDS,
            "oversight": SILENCE_SECONDS,
            "rounds": SILENCE_SECONDS,
            "gateways": SILENCE_SECONDS,
            "resync": SILENCE_SECONDS + self._settings.resync_seconds,
        }
        self._around.ledger.clear()
        self._around.gateways.clear()
        self._measures.leading.set(1)
        try:
            await wait_for_kinds(self._around.cluster)
            await self._look_for_gateways()
            await self._is_front_another()
            for loop, allowed in loops.items():
                self._health.expect(loop, allowed)
            await self._run_loops()
        finally:
            self._measures.leading.set(0)
            for loop in loops:
                self._health.dismiss(loop)

    async def _run_loops(self) -> None:
        passes = {kind: partial(make, self._around) for kind, make in PASSES.items()}
        tell = partial(tell_failure, self._around)
        crew = Crew(self._queue, passes, self._measures, self._dispatcher.drop, tell)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._watches().run())
            for _ in range(self._settings.workers):
                group.create_task(work(crew))
            group.create_task(self._oversee())
            group.create_task(self._ask_pods())
            group.create_task(self._look_at_gateways())
            group.create_task(self._resync())

    def _watches(self) -> Watches:
        namespaces = self._settings.namespaces
        if namespaces:
            namespaces = tuple(dict.fromkeys((*namespaces, self._settings.operator_namespace)))
        beat = partial(self._health.beat, "watches")
        return Watches(self._load_credentials, namespaces, self._notice, beat)

    def _notice(self, resource: Resource, body: Mapping[str, Any], is_gone: bool) -> None:
        self._dispatcher.notice(resource, body, is_gone=is_gone)

    async def _oversee(self) -> None:
        """Beat while the workers keep up."""
        while True:
            if self._queue.oldest_wait() < LONGEST_NEGLECT_SECONDS:
                self._health.beat("oversight")
            await asyncio.sleep(OVERSIGHT_SECONDS)

    async def _ask_pods(self) -> None:
        around = self._around
        while True:
            pods = len(around.ledger.addresses())
            await asyncio.sleep(choose_pause(pods, self._settings.stats_seconds))
            self._measures.pods_asked.set(pods)
            await ask_round(
                around.ledger, around.stats, self._queue.add, around.now, around.held_for
            )
            self._health.beat("rounds")

    async def _look_at_gateways(self) -> None:
        """Read what the API server knows of gateways: not as often as pods are asked."""
        while True:
            await asyncio.sleep(GATEWAY_SECONDS)
            await self._look_for_gateways()
            if await self._is_front_another():
                await self._look_at_all()
            self._health.beat("gateways")

    async def _look_for_gateways(self) -> None:
        around = self._around
        changed = await look_for_gateways(
            around.cluster, around.gateways, self._settings.namespaces, around.monotonic
        )
        for key in around.ledger.deployments():
            if key.namespace in changed:
                self._queue.add(key)

    async def _is_front_another(self) -> bool:
        around = self._around
        return await look_for_front(around.cluster, around.fronts, around.operator_namespace)

    async def _resync(self) -> None:
        """Have every object looked at now and then, so that nothing that was missed stays so."""
        wait = self._settings.resync_seconds
        while True:
            await asyncio.sleep(wait)
            self._health.beat("resync")
            if await self._look_at_all():
                wait = self._settings.resync_seconds
            else:
                wait = min(RESYNC_RETRY_SECONDS, self._settings.resync_seconds)

    async def _look_at_all(self) -> bool:
        """Have every object looked at; return whether all could be listed."""
        try:
            await self._enqueue_all()
        except ClusterError as error:
            logger.warning("Not all objects could be listed: %s", error)
            return False
        return True

    async def _enqueue_all(self) -> None:
        for resource in DECLARED:
            for namespace in self._settings.namespaces or (None,):
                listing = await self._around.cluster.list(resource, namespace=namespace)
                for item in listing.items:
                    metadata = item["metadata"]
                    self._queue.add(Key(resource, metadata["namespace"], metadata["name"]))
        for key in self._dispatcher.index.keys():  # noqa: SIM118 - an index is no mapping
            self._queue.add(key)


async def wait_for_kinds(cluster: Cluster) -> None:
    """Wait until the three kinds are installed; kopf would never look for them again."""
    is_told = False
    for resource in DECLARED:
        while True:
            try:
                await cluster.list(resource, namespace="default")
                break
            except NotFound:
                if not is_told:
                    logger.warning("%s is not installed: kubectl apply -k crds", resource.kind)
                is_told = True
            except ClusterError as error:
                logger.warning("%s cannot be listed: %s", resource.kind, error)
            await asyncio.sleep(KINDS_RETRY_SECONDS)
