"""`allot key create`, `list` and `delete`."""

from __future__ import annotations

import asyncio
import secrets
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer

from allot_api.key_hashes import SALT_BYTES
from allot_api.names import OPERATOR_NAMESPACE
from allot_cli.key.listing import Output, render
from allot_cli.key.making import Shown, Wishes, build_key, build_password, show_key
from allot_cluster.clock import utc_now
from allot_cluster.interface import Cluster

T = TypeVar("T")

# 256 bits: more than anybody can try, so that a fast hash keeps it.
SECRET_BYTES = 32

app = typer.Typer(
    name="key",
    help="API keys by which clients get into a gateway with ALLOT_ACCESS=rbac.",
    no_args_is_help=True,
)

Id = Annotated[str, typer.Argument(help="The public half: letters, digits and . _ @ + -.")]
Context = Annotated[
    str | None, typer.Option(help="A context of your kubeconfig; without it the current one.")
]
Namespace = Annotated[
    str, typer.Option("--namespace", "-n", help="The gateway's: where it looks for keys.")
]


@app.command()
def create(  # noqa: PLR0913, PLR0917 - typer makes an option of each
    identifier: Id,
    user: Annotated[
        str | None,
        typer.Option(help="Whom RBAC is asked about; without it allot:api-key:ID."),
    ] = None,
    group: Annotated[
        list[str] | None, typer.Option(help="A group of that user; may be given several times.")
    ] = None,
    requests_per_second: Annotated[
        float | None, typer.Option(help="How often the key may come in the long run.")
    ] = None,
    burst: Annotated[
        float | None,
        typer.Option(help="How many requests may come at once; a second's if left out."),
    ] = None,
    expires_in: Annotated[
        str | None, typer.Option(help="After how long it ends, such as 90d; never if left out.")
    ] = None,
    password_stdin: Annotated[
        bool,
        typer.Option(
            "--password-stdin", help="A person's: read the password, for Basic, from stdin."
        ),
    ] = False,
    output: Annotated[
        Shown, typer.Option("--output", "-o", help="The encoded key, or Elasticsearch's JSON.")
    ] = Shown.ENCODED,
    context: Context = None,
    namespace: Namespace = OPERATOR_NAMESPACE,
) -> None:
    """Make a key, and print it once: the cluster keeps a hash only."""
    from allot_cli.key.keeping import keep_key

    wishes = Wishes(identifier, user, group or (), requests_per_second, burst, expires_in)
    if password_stdin:
        secret = sys.stdin.read().rstrip("\r\n")
        key = build_password(wishes, secret, secrets.token_bytes(SALT_BYTES), utc_now())
    else:
        secret = secrets.token_urlsafe(SECRET_BYTES)
        key = build_key(wishes, secret, utc_now())
    name = _run(context, lambda cluster: keep_key(cluster, namespace, key))
    typer.echo(f"Secret {namespace}/{name} is made; RBAC knows it as user {key.user}", err=True)
    if not password_stdin:
        typer.echo(show_key(identifier, secret, output))


@app.command("list")
def list_(
    output: Annotated[
        Output, typer.Option("--output", "-o", help="A table, or lines with tabs for scripts.")
    ] = Output.TABLE,
    context: Context = None,
    namespace: Namespace = OPERATOR_NAMESPACE,
) -> None:
    """List the keys, and what keeps a Secret from being one."""
    from allot_cli.key.keeping import list_keys

    rows = _run(context, lambda cluster: list_keys(cluster, namespace))
    typer.echo(render(rows, output, utc_now()))


@app.command()
def delete(
    identifier: Id, context: Context = None, namespace: Namespace = OPERATOR_NAMESPACE
) -> None:
    """Delete a key; a gateway that sees its Secret go refuses it from then on."""
    from allot_cli.key.keeping import delete_key

    _run(context, lambda cluster: delete_key(cluster, namespace, identifier))
    typer.echo(f"Key {identifier} is deleted", err=True)


def _run(context: str | None, act: Callable[[Cluster], Awaitable[T]]) -> T:
    async def connected() -> T:
        # It loads the API server's client, which takes half a second; --help needs none.
        from allot_cluster.connection import connect

        async with await connect(context=context, user_agent="allot-cli") as cluster:
            return await act(cluster)

    return asyncio.run(connected())
