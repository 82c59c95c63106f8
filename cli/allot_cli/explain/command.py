"""`allot explain`: the story of a number of allocations."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from allot_api.scaling_decision import KEPT_DECISIONS
from allot_cli.explain.explaining import explain as explain_facts
from allot_cli.explain.facts import Facts
from allot_cli.explain.gathering import gather
from allot_cli.explain.rendering import Output, render
from allot_cluster.clock import utc_now


def explain(
    name: Annotated[
        str, typer.Argument(help="An InferenceEndpoint or a ModelDeployment, by its name or id.")
    ],
    context: Annotated[
        str | None, typer.Option(help="A context of your kubeconfig; without it the current one.")
    ] = None,
    namespace: Annotated[
        str | None, typer.Option("--namespace", "-n", help="Where it is; without it the context's.")
    ] = None,
    output: Annotated[
        Output,
        typer.Option(
            "--output", "-o", help="All of it for people, its decisions as lines, or all as JSON."
        ),
    ] = Output.TABLE,
    last: Annotated[
        int, typer.Option(min=1, max=KEPT_DECISIONS, help="How many of the last decisions.")
    ] = 10,
) -> None:
    """Say why a deployment has as many allocations as it has, and what would change it."""
    facts = asyncio.run(_fetch(context, namespace, name))
    typer.echo(render(explain_facts(facts, last), output, utc_now()))


async def _fetch(context: str | None, namespace: str | None, name: str) -> Facts:
    # It loads the API server's client, which takes half a second; other commands need none.
    from allot_cluster.connection import connect

    async with await connect(context=context, user_agent="allot-cli") as cluster:
        return await gather(cluster, namespace or cluster.default_namespace, name)
