"""Listens for every Service of type LoadBalancer, and writes where into its status."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from allot_local.node.addresses import reserved_addresses
from allot_local.node.api import Api, follow
from allot_local.node.balancing.backends import Backend, choose_order, find_places
from allot_local.node.balancing.forwarding import Streams, forward
from allot_local.node.balancing.services import (
    Balanced,
    Place,
    Route,
    assign_addresses,
    plan_listeners,
    read_service,
)
from allot_local.node.errors import ApiError

logger = logging.getLogger(__name__)

RETRY_SECONDS = 2.0


class Balancer:
    """The load balancer of a cluster of one node; `backends` says which pods it runs now."""

    def __init__(
        self, api: Api, pod_network: str, backends: Callable[[], Iterable[Backend]]
    ) -> None:
        self._api = api
        self._reserved = reserved_addresses(pod_network)
        self._backends = backends
        self._services: dict[str, Balanced] = {}
        self._routes: dict[Place, Route] = {}
        self._servers: dict[Place, asyncio.Server] = {}
        self._connections: set[asyncio.Task[None]] = set()
        self._turns: Counter[Place] = Counter()
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Balance for ever; a cancellation closes every listener and connection."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._watch())
                group.create_task(self._keep())
        finally:
            for server in self._servers.values():
                server.close()
            for task in self._connections:
                task.cancel()
            await asyncio.gather(*self._connections, return_exceptions=True)

    async def _watch(self) -> None:
        async for event in follow(self._api, "/api/v1/services", {}):
            if event["type"] == "SYNCED":
                self._services = {}
                for manifest in event["objects"]:
                    self._see(manifest)
            elif event["type"] == "DELETED":
                self._services.pop(event["object"]["metadata"]["uid"], None)
            else:
                self._see(event["object"])
            self._changed.set()

    def _see(self, manifest: dict[str, Any]) -> None:
        uid = manifest["metadata"]["uid"]
        service = read_service(manifest)
        if service is None:
            self._services.pop(uid, None)
        else:
            self._services[uid] = service

    async def _keep(self) -> None:
        """Bring listeners and statuses up to date after each change; try again what failed."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            if not await self._update():
                await asyncio.sleep(RETRY_SECONDS)
                self._changed.set()

    async def _update(self) -> bool:
        """Return whether everything is as it should be now."""
        assigned = assign_addresses(self._services.values(), self._reserved)
        # Connections in progress keep their pods; the next ones go where the routes say.
        self._routes = plan_listeners(assigned)
        for place in self._servers.keys() - self._routes.keys():
            self._servers.pop(place).close()
        listening = [await self._listen(p) for p in self._routes.keys() - self._servers.keys()]
        written = [
            await self._write(service, address)
            for service, address in assigned.items()
            if service.address != address
            and all((address, port) in self._servers for port, _ in service.ports)
        ]
        return all(listening) and all(written)

    async def _listen(self, place: Place) -> bool:
        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.create_task(self._serve(place, (reader, writer)))
            self._connections.add(task)
            task.add_done_callback(self._connections.discard)

        try:
            self._servers[place] = await asyncio.start_server(accept, *place)
        except OSError as error:
            logger.warning("load balancer: %s:%d: %s", *place, error)
            return False
        logger.info("load balancer: listening on %s:%d", *place)
        return True

    async def _serve(self, place: Place, client: Streams) -> None:
        route = self._routes.get(place)
        self._turns[place] += 1
        found = find_places(route, self._backends()) if route is not None else []
        await forward(client, choose_order(found, self._turns[place]))

    async def _write(self, service: Balanced, address: str) -> bool:
        path = f"/api/v1/namespaces/{service.namespace}/services/{service.name}/status"
        status = {"loadBalancer": {"ingress": [{"ip": address}]}}
        try:
            await self._api.patch(path, {"status": status})
        except ApiError as error:
            logger.warning("load balancer: status of %s: %s", service.name, error)
            return False
        return True
