"""kopf, as a shell that only watches: the one module that knows it.

kopf's handlers for creation, change and deletion write a copy of the spec into the object, and
its timers and daemons add finalizers. Handlers of raw events do neither; these here pass what
they saw on and return. kopf ends all tasks of its event loop when it ends, and takes over the
process' signals, so it gets a thread and a loop of its own.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import kopf

from allot_api.names import MANAGED_BY, MANAGED_BY_LABEL, MODEL_DEPLOYMENT_LABEL
from allot_cluster.credentials import Credentials
from allot_cluster.resources import Resource
from allot_operator.errors import WatchesEnded
from allot_operator.work.dispatching import DECLARED, OBSERVED

logger = logging.getLogger(__name__)

Notice = Callable[[Resource, Mapping[str, Any], bool], None]

# Only our own Deployments and pods come over the wire.
OUR_OBJECTS = f"{MANAGED_BY_LABEL}={MANAGED_BY},{MODEL_DEPLOYMENT_LABEL}"
PAGE_SIZE = 500
SERVER_TIMEOUT_SECONDS = 300
CLIENT_TIMEOUT_SECONDS = 320
CONNECT_TIMEOUT_SECONDS = 10
REQUEST_TIMEOUT_SECONDS = 15
RECONNECT_SECONDS = 1.0
BEAT_SECONDS = 5.0
STOP_SECONDS = 2.0


class Watches:
    """All watches of one time of leading."""

    def __init__(
        self,
        load_credentials: Callable[[], Awaitable[Credentials]],
        namespaces: tuple[str, ...],
        notice: Notice,
        beat: Callable[[], None],
    ) -> None:
        self._load_credentials = load_credentials
        self._namespaces = namespaces
        self._notice = notice
        self._beat = beat
        self._home = asyncio.get_running_loop()
        self._ended: asyncio.Future[None] = self._home.create_future()
        self._is_open = True
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop = asyncio.Event()

    async def run(self) -> None:
        """Watch until cancelled; raises WatchesEnded if kopf ends before."""
        thread = threading.Thread(target=self._run_thread, name="watches", daemon=True)
        thread.start()
        try:
            await asyncio.shield(self._ended)
            raise WatchesEnded("the watches ended of themselves")
        finally:
            self._is_open = False
            if self._loop is not None and not self._ended.done():
                self._loop.call_soon_threadsafe(self._stop.set)
                await asyncio.wait({self._ended}, timeout=STOP_SECONDS)

    def _run_thread(self) -> None:
        error: BaseException | None = None
        try:
            asyncio.run(self._watch())
        except BaseException as raised:
            error = raised
        self._home.call_soon_threadsafe(self._end, error)

    def _end(self, error: BaseException | None) -> None:
        if self._ended.done():
            return
        if error is not None and self._is_open:
            self._ended.set_exception(WatchesEnded(f"the watches ended: {error!r}"))
        else:
            self._ended.set_result(None)

    async def _watch(self) -> None:
        self._loop = asyncio.get_running_loop()
        beating = asyncio.create_task(self._beat_on())
        try:
            await kopf.operator(
                registry=self._build_registry(),
                settings=build_settings(),
                clusterwide=not self._namespaces,
                namespaces=self._namespaces,
                standalone=True,
                stop_flag=self._stop,
            )
        finally:
            beating.cancel()

    async def _beat_on(self) -> None:
        while True:
            self._tell(self._beat)
            await asyncio.sleep(BEAT_SECONDS)

    def _build_registry(self) -> kopf.OperatorRegistry:
        registry = kopf.OperatorRegistry()

        async def login(**_: Any) -> kopf.ConnectionInfo:
            return build_connection(await self._load_credentials())

        kopf.on.login(registry=registry)(login)
        for resource in (*DECLARED, *OBSERVED):
            self._register(registry, resource)
        return registry

    def _register(self, registry: kopf.OperatorRegistry, resource: Resource) -> None:
        async def seen(event: Mapping[str, Any], **_: Any) -> None:
            is_gone = event["type"] == "DELETED"
            self._tell(self._notice, resource, event["object"], is_gone)

        register = kopf.on.event(
            group=resource.group,
            version=resource.version,
            plural=resource.plural,
            id=resource.plural,
            registry=registry,
        )
        register(seen)

    def _tell(self, call: Callable[..., None], *arguments: Any) -> None:
        """Have the operator's own loop make a call, unless it has stopped listening."""
        if self._is_open:
            self._home.call_soon_threadsafe(self._call_if_open, call, *arguments)

    def _call_if_open(self, call: Callable[..., None], *arguments: Any) -> None:
        if self._is_open:
            call(*arguments)


def build_settings() -> kopf.OperatorSettings:
    """Return settings under which kopf writes nothing and bounds every request."""
    settings = kopf.OperatorSettings()
    settings.posting.enabled = False
    settings.peering.standalone = True
    # No watch over all CRDs and namespaces, for which no permission is asked either.
    settings.scanning.disabled = True
    settings.networking.request_timeout = REQUEST_TIMEOUT_SECONDS
    settings.networking.connect_timeout = CONNECT_TIMEOUT_SECONDS
    settings.networking.enforce_retry_after = True
    settings.watching.server_timeout = SERVER_TIMEOUT_SECONDS
    settings.watching.client_timeout = CLIENT_TIMEOUT_SECONDS
    settings.watching.connect_timeout = CONNECT_TIMEOUT_SECONDS
    settings.watching.reconnect_backoff = RECONNECT_SECONDS
    settings.watching.chunk_size = PAGE_SIZE
    for resource in OBSERVED:
        settings.watching.label_selectors[resource.group, resource.plural] = OUR_OBJECTS
    return settings


def build_connection(credentials: Credentials) -> kopf.ConnectionInfo:
    """Return credentials in kopf's own form."""
    configuration = credentials.configuration
    header: str = configuration.api_key.get("BearerToken") or ""
    scheme, _, token = header.rpartition(" ")
    return kopf.ConnectionInfo(
        server=configuration.host,
        ca_path=configuration.ssl_ca_cert,
        insecure=not configuration.verify_ssl,
        username=configuration.username or None,
        password=configuration.password or None,
        scheme=scheme or None,
        token=token or None,
        certificate_path=configuration.cert_file,
        private_key_path=configuration.key_file,
        default_namespace=credentials.namespace,
    )
