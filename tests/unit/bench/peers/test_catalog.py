from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.errors import BrokenRun, NotMeasured
from bench.peers import allot, infinity, plain, tei
from bench.peers.catalog import choose_names, list_peers
from bench.peers.interface import EXACT, ROUNDED, Setup

PEERS = list_peers()
SETUP = Setup(Path("/models/minilm"), 2)
VECTOR = [0.25, -0.5]
ANSWERS = {
    allot.Allot: {"text_embedding": [{"embedding": VECTOR}]},
    infinity.Infinity: {"data": [{"embedding": VECTOR}]},
    plain.PlainServer: {"embedding": VECTOR},
    tei.TextEmbeddingsInference: [VECTOR],
}


@pytest.mark.parametrize("name", PEERS)
def test_every_peer_reads_its_own_answer_and_sends_the_text(name: str) -> None:
    peer = PEERS[name]

    assert peer.read_vector(json.dumps(ANSWERS[type(peer)]).encode()) == VECTOR
    assert "a \\u00e9" in peer.write_body("a é").decode()
    assert peer.name == name


@pytest.mark.parametrize("name", PEERS)
def test_rounded_arithmetic_may_be_further_from_transformers(name: str) -> None:
    assert PEERS[name].cosine == (ROUNDED if name.endswith("bfloat16") else EXACT)


def test_ours_is_started_as_the_operator_starts_it() -> None:
    command = PEERS["allot-bfloat16"].command(SETUP, 8081)

    model = json.loads(command.environment["ALLOT_MODEL"])
    assert model["source"] == {"uri": "file:///models/minilm"}
    assert model["precision"] == "bfloat16"
    assert command.environment["ALLOT_PORT"] == "8081"
    assert command.environment["ALLOT_NUM_THREADS"] == "2"


def test_text_embeddings_inference_is_left_out_without_a_binary(tmp_path: Path) -> None:
    with pytest.raises(NotMeasured, match="--tei PATH"):
        PEERS["tei"].prepare(SETUP)
    with pytest.raises(NotMeasured, match="no program"):
        list_peers(tmp_path / "router")["tei"].prepare(SETUP)


def test_an_option_goes_before_the_environment() -> None:
    given = {tei.VARIABLE: "/from/environment"}

    assert tei.find_binary(Path("/from/option"), given) == Path("/from/option")
    assert tei.find_binary(None, given) == Path("/from/environment")
    assert tei.find_binary(None, {}) is None


def test_ours_takes_part_first_and_once() -> None:
    assert choose_names("allot", ["naive", "allot", "naive"], list(PEERS)) == ["allot", "naive"]


def test_an_unknown_engine_is_told_with_the_known_ones() -> None:
    with pytest.raises(BrokenRun, match="names nobody, which is not known: write names of allot"):
        choose_names("allot", ["nobody"], list(PEERS))


def test_optimum_is_given_a_folder_of_its_own() -> None:
    assert infinity.optimum_folder(SETUP.model) == Path("/models/minilm-optimum")
