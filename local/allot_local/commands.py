"""`allot local`: the commands of the local cluster."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from allot_local.cluster import LOGS, ComponentStatus, LocalCluster
from allot_local.errors import LocalClusterError
from allot_local.programs import find_programs
from allot_local.progress import ConsoleProgress

app = typer.Typer(
    help="A real Kubernetes control plane and a node on this machine, without root or containers.",
    no_args_is_help=True,
)
Name = Annotated[str, typer.Option(help="Which cluster; several may run side by side.")]


@app.command()
def build() -> None:
    """Build the control plane's programs, unless they are there; up does it too."""
    with_words(lambda: typer.echo(find_programs(ConsoleProgress(Console(stderr=True)))))


@app.command()
def up(name: Name = "allot") -> None:
    """Start the cluster, or whatever part of it does not run."""
    with_words(lambda: LocalCluster(name).up(ConsoleProgress(Console(stderr=True))))


@app.command()
def down(name: Name = "allot") -> None:
    """End the cluster's processes, pods included; its state stays for the next up."""
    with_words(LocalCluster(name).down)


@app.command()
def status(name: Name = "allot") -> None:
    """Show the components: a table to people, tab-separated lines to scripts."""
    rows = [status_row(one) for one in LocalCluster(name).status()]
    if not sys.stdout.isatty():
        for row in rows:
            typer.echo("\t".join(row))
        return
    table = Table("COMPONENT", "STATE", "PID", "LOG", box=None)
    for row in rows:
        table.add_row(*row)
    Console().print(table)


@app.command()
def kubeconfig(name: Name = "allot") -> None:
    """Print the path of the administrator's kubeconfig."""
    cluster = LocalCluster(name)
    if not cluster.exists:
        fail(f"cluster {name} does not exist: `allot local up --name {name}` makes it")
    typer.echo(cluster.kubeconfig)


@app.command()
def logs(
    component: Annotated[str, typer.Argument(help=f"One of {', '.join(LOGS)}.")],
    name: Name = "allot",
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on as it grows.")] = False,
    tail: Annotated[int, typer.Option(min=0, help="How many of the last lines.")] = 100,
) -> None:
    """Print a component's log, or the audit log: who wrote what to the API server, as JSON."""
    with_words(lambda: show_log(LocalCluster(name), component, follow=follow, tail=tail))


@app.command()
def reset(name: Name = "allot") -> None:
    """End the cluster and remove all its state."""
    with_words(LocalCluster(name).reset)


def status_row(status: ComponentStatus) -> tuple[str, str, str, str]:
    """Return a component's state in words."""
    state = "ready" if status.is_ready else "down" if status.pid is None else "not ready"
    return status.name, state, str(status.pid or ""), str(status.log)


def show_log(cluster: LocalCluster, component: str, *, follow: bool, tail: int) -> None:
    """Print the last lines of a log, and go on if asked to, until interrupted."""
    path = cluster.log_path(component)
    if not path.is_file():
        raise LocalClusterError(f"{component} has not logged anything yet: {path} does not exist")
    command = ["tail", "-n", str(tail), *(["-F"] if follow else []), str(path)]
    subprocess.run(command, check=False)


def with_words(action: Callable[[], None]) -> None:
    """Run an action; what a person can mend is said in words, exit code 1."""
    try:
        action()
    except LocalClusterError as error:
        fail(str(error))


def fail(message: str) -> NoReturn:
    """Say what is wrong and end with exit code 1."""
    Console(stderr=True).print(f"allot: {message}", style="red", markup=False, highlight=False)
    raise typer.Exit(1)
