"""The `allot` command; `kubectl allot` is the same program under its plugin name."""

from __future__ import annotations

import sys

import typer
from rich.console import Console

from allot_cli.demo.command import demo
from allot_cli.errors import AllotError
from allot_cli.explain.command import explain
from allot_cli.key.command import app as key_app
from allot_cluster.errors import ClusterError
from allot_local.commands import app as local_app
from allot_local.errors import LocalClusterError

app = typer.Typer(
    name="allot",
    help="Elasticsearch's inference endpoints on any Kubernetes cluster.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(local_app, name="local")
app.add_typer(key_app, name="key")
app.command()(demo)
app.command()(explain)


def main() -> None:
    """Run the command line; what a person can mend is said in one line, exit code 1."""
    try:
        app()
    except (AllotError, ClusterError, LocalClusterError) as error:
        Console(stderr=True).print(f"allot: {error}", style="red", markup=False, highlight=False)
        sys.exit(1)


if __name__ == "__main__":
    main()
