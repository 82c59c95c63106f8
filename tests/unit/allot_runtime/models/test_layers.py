from __future__ import annotations

import pytest
import torch

from allot_runtime.models.architecture import Activation
from allot_runtime.models.attention import plan_spans
from allot_runtime.models.layers import (
    ComputeLayers,
    Layer,
    LayerNorm,
    compile_layers,
    compute_layers,
)
from allot_runtime.models.layout import plan_layout
from allot_runtime.models.linear import (
    FUNCTIONS,
    BuildLinear,
    Linear,
    build_packed,
    build_plain,
)

HEADS, WIDTH = 2, 16


def some_layers(build: BuildLinear) -> list[Layer]:
    generator = torch.Generator().manual_seed(3)

    def linear(out: int, width: int) -> Linear:
        weight = torch.randn(out, width, generator=generator) / width**0.5
        return build(weight, torch.randn(out, generator=generator))

    def norm() -> LayerNorm:
        return LayerNorm(torch.ones(WIDTH), torch.zeros(WIDTH), 1e-12)

    def layer() -> Layer:
        wide = 4 * WIDTH
        projections = linear(3 * WIDTH, WIDTH), linear(WIDTH, WIDTH)
        return Layer(*projections, norm(), linear(wide, WIDTH), linear(WIDTH, wide), norm())

    return [layer(), layer()]


@pytest.mark.parametrize("build", [build_plain, build_packed])
@pytest.mark.parametrize("activation", Activation)
@pytest.mark.parametrize("lengths", [[8], [3], [2, 3, 70, 3]])
def test_compiled_or_not_the_states_are_the_same(
    build: BuildLinear, activation: Activation, lengths: list[int]
) -> None:
    layers, spans = some_layers(build), plan_spans(plan_layout(lengths), torch.float32)
    hidden = torch.randn(80, WIDTH, generator=torch.Generator().manual_seed(4))
    function = FUNCTIONS[activation]

    with torch.inference_mode():
        compiled = compile_layers()
        for _ in range(3):  # torch.jit watches two calls and optimizes from the third on
            states = compiled(hidden, layers, spans, HEADS, function)
        expected = compute_layers(hidden, layers, spans, HEADS, function)

    assert compiled is not compute_layers
    torch.testing.assert_close(states, expected, atol=1e-6, rtol=0)


def test_a_torch_that_does_not_compile_computes_all_the_same() -> None:
    def refuse(function: ComputeLayers) -> ComputeLayers:
        raise RuntimeError("not here")

    assert compile_layers(refuse) is compute_layers
