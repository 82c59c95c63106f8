from __future__ import annotations

import pytest

from bench.models import SHAPES, Task, find_minilm


def test_a_query_of_minilm_is_about_a_sixth_of_a_gigaflop() -> None:
    assert SHAPES["minilm"].count_flops([8]) / 1e9 == pytest.approx(0.17, abs=0.005)


def test_attention_grows_with_the_square_of_the_length() -> None:
    shape = SHAPES["minilm"]

    whole, halves = shape.count_flops([256]), shape.count_flops([128, 128])

    assert whole - halves == 4 * 384 * 6 * (256**2 - 2 * 128**2)


def test_a_layers_products_are_what_its_flops_count() -> None:
    shape = SHAPES["bert-base"]
    products = shape.list_products(100)

    flops = shape.layers * sum(2 * rows * columns * depth for rows, columns, depth in products)

    assert flops == shape.count_flops([100]) - 4 * 768 * 12 * 100**2


def test_there_is_a_model_for_each_task_and_minilm_is_at_hand() -> None:
    assert {shape.task for shape in SHAPES.values()} == set(Task)
    assert (find_minilm() / "model.safetensors").is_file()
