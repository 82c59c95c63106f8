from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from allot_operator.desired.memory import (
    choose_memory_limit_mebibytes,
    choose_memory_mebibytes,
    find_weights_mebibytes,
)
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


def test_one_file_of_unknown_size_makes_the_weights_unknown() -> None:
    sized = {"path": "a.safetensors", "size_bytes": 100 * 2**20}
    files = {"uri": "file:///weights", "files": [sized, {"path": "b.safetensors"}]}

    assert find_weights_mebibytes(a_model_spec(source=files)) is None


def test_without_a_size_there_is_no_limit() -> None:
    assert choose_memory_limit_mebibytes(a_model_spec(), 1, 10_000) is None


def test_the_limit_holds_the_weights_twice_a_pass_and_a_full_queue() -> None:
    model = a_model_spec(source=weights(100 * 2**20), max_sequence_length=512)

    # 640 + 64 + 200 + 1024 tokens of 128 KiB + 10,000 inputs of 512 tokens of 80 bytes
    assert choose_memory_limit_mebibytes(model, 1, 10_000) == 1472
    assert choose_memory_limit_mebibytes(model, 1, 1) == 1088


def test_one_long_text_counts_as_a_pass_of_its_own() -> None:
    model = a_model_spec(source=weights(100 * 2**20), max_sequence_length=8192)

    assert choose_memory_limit_mebibytes(model, 1, 1) == 1984  # 904 + 8192 tokens of 128 KiB


def test_the_words_of_a_sparse_model_count_too() -> None:
    sparse = {"task_types": ["sparse_embedding"], "source": weights(100 * 2**20)}
    one, other = a_model_spec(**sparse), a_model_spec(source=weights(100 * 2**20))

    more = choose_memory_limit_mebibytes(one, 1, 1) - choose_memory_limit_mebibytes(other, 1, 1)  # type: ignore[operator]  # both sizes are declared
    assert more == 192  # 512 tokens of 384 KiB


@given(
    st.integers(min_value=1, max_value=2**36),
    st.sampled_from([1, 2, 32]),
    st.sampled_from([1, 100_000]),
)
def test_the_limit_is_never_below_the_request(size: int, threads: int, capacity: int) -> None:
    model = a_model_spec(source=weights(size))

    limit = choose_memory_limit_mebibytes(model, threads, capacity)

    assert limit is not None
    assert limit >= choose_memory_mebibytes(model, threads)
