"""The tree is what docs/architecture.md and CONTRIBUTING.md say it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ["api", "cluster", "protocol", "operator", "runtime", "gateway", "local", "cli"]
MODULE_LINES = 300
# Modules that are tested through another's door, with the test that does: most only move data
# between this process and another, and are run against the real thing.
TESTED_THROUGH = {
    "allot_cli.demo.command": "integration/test_main_job.py",
    "allot_cli.demo.narrator": "integration/test_main_job.py",
    "allot_cli.demo.steps": "integration/test_main_job.py",
    "allot_cli.explain.command": "integration/test_explain.py",
    "allot_cli.key.command": "integration/test_access.py",
    "allot_cluster.clock": "contract/test_elector.py",
    "allot_cluster.live": "contract/test_cluster.py",
    "allot_cluster.transport": "contract/test_cluster.py",
    "allot_cluster.watching": "contract/test_cluster.py",
    "allot_gateway.admission": "unit/allot_gateway/test_app.py",
    "allot_gateway.catalogue": "unit/allot_gateway/endpoints/test_refusals.py",
    "allot_gateway.deprecations": "unit/allot_gateway/endpoints/test_creating.py",
    "allot_gateway.endpoints.checks": "unit/allot_gateway/endpoints/test_refusals.py",
    "allot_gateway.endpoints.creating": "unit/allot_gateway/endpoints/test_creating.py",
    "allot_gateway.endpoints.deleting": "unit/allot_gateway/endpoints/test_deleting.py",
    "allot_gateway.endpoints.outcomes": "unit/allot_gateway/endpoints/test_creating.py",
    "allot_gateway.endpoints.rendering": "unit/allot_gateway/endpoints/test_reading.py",
    "allot_gateway.endpoints.updating": "unit/allot_gateway/endpoints/test_updating.py",
    "allot_gateway.inference.calling": "unit/allot_gateway/test_app.py",
    "allot_gateway.inference.cutting": "unit/allot_gateway/test_app.py",
    "allot_gateway.inference.face": "unit/allot_gateway/test_app.py",
    "allot_gateway.json_body": "unit/allot_gateway/endpoints/test_refusals.py",
    "allot_gateway.merging": "unit/allot_gateway/endpoints/test_updating.py",
    "allot_gateway.objects": "unit/allot_gateway/endpoints/test_creating.py",
    "allot_gateway.rewriting": "unit/allot_gateway/endpoints/test_updating.py",
    "allot_gateway.routing.desk": "unit/allot_gateway/routing/test_sending.py",
    "allot_gateway.routing.errand": "unit/allot_gateway/routing/test_sending.py",
    "allot_gateway.routing.faults": "unit/allot_gateway/routing/test_sending.py",
    "allot_gateway.routing.pod_access": "unit/allot_gateway/routing/test_sending.py",
    "allot_gateway.routing.starting": "unit/allot_gateway/routing/test_from_zero.py",
    "allot_gateway.routing_table": "unit/allot_gateway/endpoints/test_reading.py",
    "allot_gateway.serving": "integration/test_main_job.py",
    "allot_gateway.sharing": "unit/allot_gateway/endpoints/test_deleting.py",
    "allot_gateway.states": "unit/allot_gateway/endpoints/test_updating.py",
    "allot_gateway.trained_models.assignments": (
        "unit/allot_gateway/trained_models/test_deploying.py"
    ),
    "allot_gateway.trained_models.configs": "unit/allot_gateway/trained_models/test_models.py",
    "allot_gateway.trained_models.deploying": "unit/allot_gateway/trained_models/test_deploying.py",
    "allot_gateway.trained_models.figures": "unit/allot_gateway/trained_models/test_statistics.py",
    "allot_gateway.trained_models.outcomes": "unit/allot_gateway/trained_models/test_deploying.py",
    "allot_gateway.trained_models.rows": "unit/allot_gateway/trained_models/test_statistics.py",
    "allot_gateway.version": "unit/allot_gateway/test_info.py",
    "allot_gateway.violations": "unit/allot_gateway/endpoints/test_refusals.py",
    "allot_protocol.refusing": "unit/allot_runtime/test_app.py",
    "allot_protocol.uvicorn_server": "integration/test_runtime_serving.py",
    "allot_local.clock": "integration/test_node_agent.py",
    "allot_local.commands": "integration/test_local_cluster.py",
    "allot_local.node.agent": "integration/test_node_agent.py",
    "allot_local.node.balancing.balancer": "integration/test_load_balancer.py",
    "allot_local.node.balancing.forwarding": "integration/test_forwarding.py",
    "allot_local.node.api": "integration/test_node_agent.py",
    "allot_local.node.citizen": "integration/test_local_cluster.py",
    "allot_local.node.container": "integration/test_node_agent.py",
    "allot_local.node.context": "integration/test_node_agent.py",
    "allot_local.node.logs": "integration/test_node_agent.py",
    "allot_local.node.probes": "integration/test_node_agent.py",
    "allot_local.node.worker": "integration/test_node_agent.py",
    "allot_operator.clock": "integration/test_operator_endpoints.py",
    "allot_operator.desired.decisions": "unit/allot_operator/passes/test_scaling.py",
    "allot_operator.passes.choosing": "unit/allot_operator/passes/test_scaling.py",
    "allot_operator.passes.recording": "unit/allot_operator/passes/test_scaling.py",
    "allot_operator.leading": "integration/test_operator_restart.py",
    "allot_operator.probes": "integration/test_main_job.py",
    "allot_operator.running": "integration/test_operator_restart.py",
    "allot_operator.scaling.memory": "unit/allot_operator/scaling/test_decision.py",
    "allot_operator.scaling.proposals": "unit/allot_operator/scaling/test_decision.py",
    "allot_operator.scaling.work_policy": "unit/allot_operator/scaling/test_work_policy.py",
    "allot_operator.scaling.work_words": "unit/allot_operator/scaling/test_work_policy.py",
    "allot_operator.watching": "integration/test_operator_endpoints.py",
    "allot_runtime.models.cross_encoder": "contract/test_model.py",
    "allot_runtime.models.dense": "contract/test_model.py",
    "allot_runtime.models.encoder": "contract/test_model.py",
    "allot_runtime.models.fallback": "contract/test_model.py",
    "allot_runtime.models.sparse": "contract/test_model.py",
    "allot_runtime.jobs": "unit/allot_runtime/test_engine.py",
    "allot_runtime.meters": "unit/allot_runtime/test_metrics.py",
    "allot_runtime.watching": "unit/allot_runtime/test_metrics.py",
    "allot_runtime.serving": "integration/test_runtime_serving.py",
}
BANNED_NAMES = {"utils", "helpers", "common", "misc", "manager"}


def package_of(folder: str) -> Path:
    return ROOT / folder / f"allot_{folder}"


def modules() -> list[Path]:
    return sorted(path for folder in PACKAGES for path in package_of(folder).rglob("*.py"))


@pytest.mark.parametrize("folder", PACKAGES)
def test_no_module_lies_beside_a_package(folder: str) -> None:
    assert list((ROOT / folder).glob("*.py")) == []


def test_no_module_is_longer_than_a_sitting() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in modules()
        if (lines := len(path.read_text().splitlines())) > MODULE_LINES
    }

    assert long == {}


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [path for path in modules() if path.stem in BANNED_NAMES] == []


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT / path.relative_to(ROOT).parts[0]).with_suffix("").parts)


def words_of(folders: list[str]) -> str:
    texts = (path.read_text() for name in folders for path in (ROOT / "tests" / name).rglob("*.py"))
    return "\n".join(texts)


def is_imported(name: str, words: str) -> bool:
    package, _, module = name.rpartition(".")
    ways = (re.escape(name), rf"from {re.escape(package)} import [^\n]*{module}")
    return any(re.search(rf"\b{way}\b", words) for way in ways)


def test_every_module_is_tested_by_name_or_through_another() -> None:
    """Each module is imported by a test of its own, or listed with the test that reaches it."""
    words = words_of(["unit", "contract", "integration", "architecture"])
    untested = [
        name
        for path in modules()
        if path.stem not in {"__init__", "__main__"}
        and (name := dotted(path)) not in TESTED_THROUGH
        and not is_imported(name, words)
    ]

    assert untested == []


def test_modules_tested_through_others_exist_and_so_do_their_tests() -> None:
    names = {dotted(path) for path in modules()}

    assert [name for name in TESTED_THROUGH if name not in names] == []
    assert [test for test in TESTED_THROUGH.values() if not (ROOT / "tests" / test).is_file()] == []


def test_every_test_folder_is_a_package() -> None:
    folders = {path.parent for path in (ROOT / "tests").rglob("*.py")}

    assert [folder for folder in folders if not (folder / "__init__.py").is_file()] == []


def test_the_changelog_names_the_version() -> None:
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)

    assert version is not None
    assert version.group(1) in (ROOT / "CHANGELOG.md").read_text()


def prose_of(document: Path) -> str:
    """A document without its code, in which brackets and parentheses are no links."""
    return re.sub(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", "", document.read_text(), flags=re.DOTALL)


def test_links_in_the_documents_lead_somewhere() -> None:
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    broken = [
        f"{document.relative_to(ROOT)} -> {target}"
        for document in documents
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", prose_of(document))
        if not (document.parent / target).exists()
    ]

    assert broken == []
