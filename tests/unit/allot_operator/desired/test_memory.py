from __future__ import annotations

from allot_operator.desired.memory import choose_memory_mebibytes
from tests.unit.allot_operator.builders import a_model_spec


def weights(size: int | None) -> dict[str, object]:
    file = {"path": "model.safetensors"} | ({"size_bytes": size} if size is not None else {})
    return {"uri": "file:///weights", "files": [file]}


def test_known_weights_count_one_and_a_half_times() -> None:
    model = a_model_spec(source=weights(100 * 2**20))

    assert choose_memory_mebibytes(model, 1) == 896  # 640 + 64 + 150, in steps of 64


def test_unknown_weights_count_as_those_of_a_base_encoder() -> None:
    assert choose_memory_mebibytes(a_model_spec(), 1) == 1472  # 640 + 64 + 768
    assert choose_memory_mebibytes(a_model_spec(source=weights(None)), 1) == 1472


def test_each_thread_adds_its_share() -> None:
    assert (
        choose_memory_mebibytes(a_model_spec(), 4) - choose_memory_mebibytes(a_model_spec(), 1)
        == 3 * 64
    )
