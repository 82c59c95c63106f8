"""One container's life: start, probe, wait for its end, start again after a while."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING, Any

from allot_local.node import disk, execution
from allot_local.node.environment import expand
from allot_local.node.events import NORMAL, WARNING
from allot_local.node.images import build_command
from allot_local.node.phase import BACKOFF_RESET_SECONDS, backoff_seconds, has_ended_for_good
from allot_local.node.probes import ask
from allot_local.node.probing import Probe, Tally, count, parse_probe
from allot_local.node.records import ContainerRecord, Running, Terminated
from allot_local.processes import Process

# Takes a verdict, and says whether probing is over.
Judge = Callable[[bool | None], Awaitable[bool]]

if TYPE_CHECKING:
    from allot_local.node.worker import PodWorker

DEFAULT_TERMINATION_PATH = "/dev/termination-log"
DEFAULT_GRACE_SECONDS = 30
CANNOT_RUN = 128


class ContainerLoop:
    """Keeps one container running, as its pod's restart policy says."""

    def __init__(
        self, pod: PodWorker, spec: Mapping[str, Any], environment: Mapping[str, str]
    ) -> None:
        self._pod = pod
        self._spec = spec
        self._environment = environment
        self._failures = 0
        self._child: subprocess.Popen[bytes] | None = None
        self.name: str = spec["name"]
        self.process: Process | None = None

    @property
    def record(self) -> ContainerRecord:
        """The container's record."""
        return self._pod.record.container(self.name)

    async def run(self) -> None:
        """Run the container until it is done for good."""
        self._adopt()
        while not self._is_over():
            if self.process is None:
                await self._start()
            if self.process is not None:
                await self._keep()
            state = self.record.state
            if isinstance(state, Terminated) and not self._is_over():
                await self._back_off(state)

    def _is_over(self) -> bool:
        return has_ended_for_good(self._pod.policy, self.record)

    def _adopt(self) -> None:
        """Take over a process that an earlier agent started and that still runs."""
        state = self.record.state
        if isinstance(state, Running):
            process = Process(state.pid, state.process_started)
            if process.find() is not None:
                self.process = process
                return
            self._pod.change(self._ended(state, execution.UNKNOWN_EXIT_CODE))
        has_run = isinstance(self.record.state, Terminated) or self.record.last is not None
        if has_run and not self._is_over():
            self._pod.change(self.record.restarting())

    async def _start(self) -> None:
        spec = self._spec
        images = self._pod.node.settings.images
        command = [
            expand(word, self._environment)
            for word in build_command(
                spec["image"], images, command=spec.get("command", ()), args=spec.get("args", ())
            )
        ]
        log = disk.open_log(self._pod.folder, self.name, self.record.restart_count)
        root = self._pod.folder.root(self.name)
        await self._pod.event(NORMAL, "Created", f"Created container: {self.name}", self.name)
        try:
            self._child, self.process = execution.start(
                command, environment=self._environment, folder=root, log=log
            )
        except OSError as error:
            await self._cannot_start(f"{command[0]}: {error.strerror or error}")
            return
        started = Running(self.process.pid, self.process.started, self._pod.node.now())
        self._pod.change(
            self.record.running(
                started,
                is_started="startupProbe" not in spec,
                is_ready=not self.record.is_init
                and "readinessProbe" not in spec
                and "startupProbe" not in spec,
            )
        )
        await self._pod.event(NORMAL, "Started", f"Started container {self.name}", self.name)

    async def _cannot_start(self, why: str) -> None:
        now = self._pod.node.now()
        self._pod.change(self.record.ended(Terminated(CANNOT_RUN, "StartError", why, now, now)))
        await self._pod.event(WARNING, "Failed", f"Error: {why}", self.name)

    async def _keep(self) -> None:
        """Probe the running process until it ends, and record its end."""
        assert self.process is not None
        state = self.record.state
        assert isinstance(state, Running)
        began = monotonic()
        probing = asyncio.create_task(self._probe())
        try:
            code = await execution.wait_for_end(self.process, self._child)
        finally:
            probing.cancel()
            with suppress(asyncio.CancelledError):
                await probing
        # What the process left behind in its group goes with it.
        await execution.end(self.process, 0)
        self.process = self._child = None
        if monotonic() - began > BACKOFF_RESET_SECONDS:
            self._failures = 0
        self._pod.change(self._ended(state, code))

    def _ended(self, state: Running, code: int) -> ContainerRecord:
        """Return the record after the process ended with the code."""
        path = self._spec.get("terminationMessagePath", DEFAULT_TERMINATION_PATH)
        message = disk.read_termination_message(
            self._pod.folder.termination_log(self.name, path),
            self._pod.folder.log(self.name, self.record.restart_count),
            is_fallback=code != 0
            and self._spec.get("terminationMessagePolicy") == "FallbackToLogsOnError",
        )
        return self.record.ended(
            Terminated(
                exit_code=code,
                reason="Completed" if code == 0 else "Error",
                message=message,
                started_at=state.started_at,
                finished_at=self._pod.node.now(),
            )
        )

    async def _back_off(self, state: Terminated) -> None:
        """Wait before the next start, longer after each end."""
        self._failures += 1
        settings = self._pod.node.settings
        seconds = backoff_seconds(self._failures, settings.backoff_seconds)
        if seconds:
            message = (
                f"back-off {seconds:g}s restarting failed container={self.name} "
                f"pod={self._pod.metadata['name']}"
            )
            if state.message:
                message += f": {state.message}"
            self._pod.change(self.record.waiting_again("CrashLoopBackOff", message))
            await self._pod.event(
                WARNING, "BackOff", f"Back-off restarting failed container {self.name}", self.name
            )
            await asyncio.sleep(seconds)
        termination = self._spec.get("terminationMessagePath", DEFAULT_TERMINATION_PATH)
        self._pod.folder.termination_log(self.name, termination).unlink(missing_ok=True)
        self._pod.change(self.record.restarting())

    async def _probe(self) -> None:
        """Run the startup probe to its success, then the others side by side."""
        startup = parse_probe(self._spec.get("startupProbe"))
        if startup is not None and not self.record.is_started:
            await self._probe_startup(startup)
        readiness = parse_probe(self._spec.get("readinessProbe"))
        liveness = parse_probe(self._spec.get("livenessProbe"))
        async with asyncio.TaskGroup() as group:
            if readiness is not None:
                group.create_task(self._probe_on("Readiness", readiness, self._judge_readiness))
            if liveness is not None:
                group.create_task(self._probe_on("Liveness", liveness, self._judge_liveness))

    async def _probe_startup(self, probe: Probe) -> None:
        async def judge(verdict: bool | None) -> bool:
            if verdict is False:
                await self._kill("Startup")
            if verdict:
                is_ready = "readinessProbe" not in self._spec
                self._pod.change(replace(self.record, is_started=True, is_ready=is_ready))
            return verdict is not None

        await self._probe_on("Startup", probe, judge)

    async def _judge_readiness(self, verdict: bool | None) -> bool:
        if verdict is not None and verdict != self.record.is_ready:
            self._pod.change(replace(self.record, is_ready=verdict))
        return False

    async def _judge_liveness(self, verdict: bool | None) -> bool:
        if verdict is False:
            await self._kill("Liveness")
            return True
        return False

    async def _probe_on(self, kind: str, probe: Probe, judge: Judge) -> None:
        """Ask again and again until the judge says that it is enough."""
        tally = Tally()
        await asyncio.sleep(probe.initial_delay)
        while True:
            wrong = await ask(
                self._pod.node.session,
                probe,
                container=self._spec,
                address=self._pod.record.address,
                environment=self._environment,
            )
            tally = count(tally, probe, succeeded=not wrong)
            if wrong:
                await self._pod.event(
                    WARNING, "Unhealthy", f"{kind} probe failed: {wrong}", self.name
                )
            if await judge(tally.verdict):
                return
            await asyncio.sleep(probe.period)

    async def _kill(self, kind: str) -> None:
        message = f"Container {self.name} failed {kind.lower()} probe, will be restarted"
        await self._pod.event(NORMAL, "Killing", message, self.name)
        if self.process is not None:
            grace = self._pod.pod["spec"].get(
                "terminationGracePeriodSeconds", DEFAULT_GRACE_SECONDS
            )
            await execution.end(self.process, float(grace))

    async def end(self, grace_seconds: float) -> None:
        """End the container's process, and record it."""
        state = self.record.state
        if self.process is None or not isinstance(state, Running):
            return
        await execution.end(self.process, grace_seconds)
        code = await execution.wait_for_end(self.process, self._child)
        self._pod.change(self._ended(state, code))
