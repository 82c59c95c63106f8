"""Run the node agent: `python -m allot_local.node`."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import aiohttp

from allot_local.clock import rfc3339
from allot_local.node.agent import Agent
from allot_local.node.api import Api
from allot_local.node.context import Node, Settings
from allot_local.node.events import Recorder
from allot_local.node.images import default_images, parse_image
from allot_local.node.logs import LogServer, serving_context
from allot_local.node.phase import BACKOFF_BASE_SECONDS


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m allot_local.node",
        description="A Kubernetes node that runs pods as processes of this machine.",
    )
    parser.add_argument("--kubeconfig", type=Path, required=True, help="the node's own")
    parser.add_argument(
        "--balancer-kubeconfig", type=Path, required=True, help="of who writes Services' addresses"
    )
    parser.add_argument("--root", type=Path, required=True, help="where the pods' folders lie")
    parser.add_argument("--name", required=True, help="name of the Node")
    parser.add_argument("--pod-network", required=True, help="such as 127.16.0.0/16")
    parser.add_argument("--port", type=int, required=True, help="of the log API, on loopback")
    parser.add_argument("--serving-cert", type=Path, required=True, help="of the log API")
    parser.add_argument("--serving-key", type=Path, required=True, help="of the log API")
    parser.add_argument("--client-ca", type=Path, required=True, help="that signs clients")
    parser.add_argument("--cpus", default="64", help="CPUs that the node declares [64]")
    parser.add_argument("--memory", default="256Gi", help="memory that it declares [256Gi]")
    parser.add_argument("--pods", default="110", help="pods that it takes [110]")
    parser.add_argument(
        "--image",
        action="append",
        default=[],
        metavar="NAME=COMMAND",
        help="run COMMAND for pods whose image is NAME; may be repeated",
    )
    parser.add_argument(
        "--backoff-seconds",
        type=float,
        default=BACKOFF_BASE_SECONDS,
        help=f"first delay between restarts [{BACKOFF_BASE_SECONDS:g}]",
    )
    return parser.parse_args(arguments)


def build_settings(options: argparse.Namespace) -> Settings:
    """Return the agent's settings; raises ValueError for an --image that can't be read."""
    images = default_images(sys.executable) | dict(map(parse_image, options.image))
    return Settings(
        name=options.name,
        root=options.root,
        pod_network=options.pod_network,
        port=options.port,
        images=images,
        allocatable={
            "cpu": options.cpus,
            "memory": options.memory,
            "pods": options.pods,
            "ephemeral-storage": "256Gi",
        },
        backoff_seconds=options.backoff_seconds,
    )


async def run(options: argparse.Namespace) -> None:
    """Run the agent until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    settings = build_settings(options)
    context = serving_context(options.serving_cert, options.serving_key, options.client_ca)
    async with (
        Api.from_kubeconfig(options.kubeconfig) as api,
        Api.from_kubeconfig(options.balancer_kubeconfig) as services,
        aiohttp.ClientSession(trust_env=False) as session,
    ):
        recorder = Recorder(api, settings.name, rfc3339)
        agent = Agent(Node(settings, api, recorder, session, rfc3339), services)
        server = LogServer(agent.find_pod)
        await server.start(settings.port, context)
        try:
            await agent.run(stop)
        finally:
            await server.stop()


def main() -> None:
    """Entry point."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    options = parse_arguments(sys.argv[1:])
    try:
        asyncio.run(run(options))
    except ValueError as error:
        sys.exit(f"allot node: {error}")


if __name__ == "__main__":
    main()
