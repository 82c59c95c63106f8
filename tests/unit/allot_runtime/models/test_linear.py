from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
import torch
from torch.nn import functional

from allot_runtime.models.architecture import Activation
from allot_runtime.models.linear import BuildLinear, build_packed, build_plain

BUILDERS = [build_plain, build_packed]
EXPECTED: dict[Activation, Callable[[torch.Tensor], torch.Tensor]] = {
    Activation.GELU: functional.gelu,
    Activation.GELU_TANH: partial(functional.gelu, approximate="tanh"),
    Activation.RELU: functional.relu,
}


@pytest.mark.parametrize("build", BUILDERS)
@pytest.mark.parametrize("rows", [1, 8, 100])
@pytest.mark.parametrize("has_bias", [True, False])
def test_every_kind_multiplies_and_adds(build: BuildLinear, rows: int, has_bias: bool) -> None:
    generator = torch.Generator().manual_seed(1)
    weight, bias = torch.randn(24, 16, generator=generator), torch.arange(24.0)
    values = torch.randn(rows, 16, generator=generator)

    with torch.inference_mode():
        result = build(weight, bias if has_bias else None).apply(values)

    expected = values @ weight.T + (bias if has_bias else 0)
    torch.testing.assert_close(result, expected, atol=1e-4, rtol=0)


@pytest.mark.parametrize("build", BUILDERS)
@pytest.mark.parametrize("activation", Activation)
def test_every_kind_activates(build: BuildLinear, activation: Activation) -> None:
    values = torch.linspace(-4, 4, 32).view(2, 16)

    with torch.inference_mode():
        result = build(torch.eye(16), None).activate(values, activation)

    torch.testing.assert_close(result, EXPECTED[activation](values), atol=1e-5, rtol=0)
