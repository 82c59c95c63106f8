from __future__ import annotations

import itertools
import platform
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

from allot_runtime.models.architecture import Activation, Architecture, Family
from allot_runtime.models.attention import plan_spans
from allot_runtime.models.few_rows import (
    MOST_ROWS,
    FewRows,
    StoredLayer,
    is_worth_it,
    load_library,
    take_few_rows,
)
from allot_runtime.models.layers import Layer, LayerNorm, compute_layers
from allot_runtime.models.layout import Layout, plan_layout
from allot_runtime.models.linear import FUNCTIONS, Linear, build_plain

EPSILON = 1e-12
HAS_INSTRUCTIONS = platform.machine() != "x86_64" or (
    torch.backends.cpu.get_cpu_capability() in ("AVX2", "AVX512")
)
needs_library = pytest.mark.skipif(
    load_library() is None, reason="no C compiler was there at installation, or a CPU without AVX2"
)


def an_architecture(
    width: int = 32, heads: int = 2, inner: int = 64, activation: Activation = Activation.GELU
) -> Architecture:
    return Architecture(
        family=Family.BERT,
        layers=2,
        heads=heads,
        width=width,
        feed_forward_width=inner,
        epsilon=EPSILON,
        activation=activation,
        max_tokens=128,
        first_position=0,
    )


def some_layers(
    architecture: Architecture, dtype: torch.dtype = torch.float32
) -> list[StoredLayer]:
    generator = torch.Generator().manual_seed(3)
    width, inner = architecture.width, architecture.feed_forward_width

    def linear(out: int, into: int) -> Linear:
        weight = torch.randn(out, into, generator=generator) / into**0.5
        return build_plain(weight.to(dtype), torch.randn(out, generator=generator).to(dtype))

    def norm() -> LayerNorm:
        factors = 1 + torch.randn(width, generator=generator) / 10
        return LayerNorm(factors.to(dtype), torch.randn(width, generator=generator), EPSILON)

    def layer() -> StoredLayer:
        projections = (linear(width, width) for _ in range(4))
        return StoredLayer(*projections, norm(), linear(inner, width), linear(width, inner), norm())

    return [layer() for _ in range(architecture.layers)]


def in_torch(architecture: Architecture, layers: list[StoredLayer]) -> list[Layer]:
    """The same layers as the encoder has them."""
    return [
        Layer(
            build_plain(
                torch.cat([layer.query.weight, layer.key.weight, layer.value.weight]),
                torch.cat([one.bias for one in layer[:3] if one.bias is not None]),
            ),
            *layer[3:],
        )
        for layer in layers
    ]


def take(architecture: Architecture, layers: list[StoredLayer]) -> FewRows:
    few_rows = take_few_rows(architecture, layers)
    assert few_rows is not None
    return few_rows


def some_states(rows: int, width: int) -> Tensor:
    return torch.randn(rows, width, generator=torch.Generator().manual_seed(4))


def test_the_library_is_there_wherever_it_can_be_made() -> None:
    assert (load_library() is not None) == bool(shutil.which("cc") and HAS_INSTRUCTIONS)


@needs_library
def test_the_library_is_served_by_the_one_openmp_that_torch_has() -> None:
    paths = {line.split()[-1] for line in Path("/proc/self/maps").read_text().splitlines()}

    assert len([path for path in paths if "gomp" in path or "libomp" in path]) == 1


@needs_library
@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("activation", Activation)
@pytest.mark.parametrize(("width", "heads", "inner"), [(32, 2, 64), (64, 8, 48), (384, 12, 1536)])
def test_states_are_those_of_the_layers_in_torch(
    width: int, heads: int, inner: int, activation: Activation, threads: int
) -> None:
    architecture = an_architecture(width, heads, inner, activation)
    layers = some_layers(architecture)
    few_rows = take(architecture, layers)
    before = torch.get_num_threads()
    torch.set_num_threads(threads)

    for lengths in ([1], [2], [3], [4], [9], [1, 1, 2, 5], [3, 8, 8, 13], [MOST_ROWS]):
        layout = plan_layout(lengths)
        states = some_states(layout.tokens, width)
        spans = plan_spans(layout, torch.float32)
        expected = compute_layers(
            states, in_torch(architecture, layers), spans, heads, FUNCTIONS[activation]
        )

        found = few_rows.compute(states.clone(), layout)

        torch.testing.assert_close(found, expected, atol=1e-5, rtol=0)
    torch.set_num_threads(before)


@needs_library
def test_extreme_states_stay_numbers() -> None:
    architecture = an_architecture()
    layers = some_layers(architecture)
    huge = some_states(3, 32) * 1e6
    layout = plan_layout([3])

    found = take(architecture, layers).compute(huge.clone(), layout)

    spans = plan_spans(layout, torch.float32)
    expected = compute_layers(
        huge, in_torch(architecture, layers), spans, 2, FUNCTIONS[Activation.GELU]
    )
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=0)


@needs_library
def test_a_rows_result_does_not_depend_on_its_neighbours() -> None:
    architecture = an_architecture(64, 4, 128)
    few_rows = take(architecture, some_layers(architecture))
    states = some_states(MOST_ROWS, 64)

    for lengths in itertools.product([1, 4, 7], repeat=3):
        layout = plan_layout(sorted(lengths))
        together = few_rows.compute(states[: layout.tokens].clone(), layout)
        for start, length in zip(layout.starts(), layout.lengths(), strict=True):
            rows = slice(start, start + length)
            alone = few_rows.compute(states[rows].clone(), plan_layout([length]))
            assert torch.equal(alone, together[rows])


@needs_library
def test_rows_of_nobody_are_left_as_they_are() -> None:
    architecture = an_architecture()
    states = some_states(8, 32)

    found = take(architecture, some_layers(architecture)).compute(states.clone(), plan_layout([5]))

    assert torch.equal(found[5:], states[5:])
    assert not torch.equal(found[:5], states[:5])


@needs_library
@pytest.mark.parametrize(
    "architecture",
    [
        an_architecture(width=40, heads=5),
        an_architecture(inner=40),
        an_architecture(width=48, heads=4),
    ],
    ids=["states", "inner states", "heads"],
)
def test_sizes_that_fill_no_vector_are_not_taken(architecture: Architecture) -> None:
    assert take_few_rows(architecture, some_layers(architecture)) is None


@needs_library
def test_other_precisions_are_not_taken() -> None:
    architecture = an_architecture()

    assert take_few_rows(architecture, some_layers(architecture, torch.float16)) is None


@needs_library
@pytest.mark.parametrize("name", StoredLayer._fields)
@pytest.mark.parametrize("part", [0, 1])
def test_a_tensor_of_another_size_than_the_config_says_is_not_taken(name: str, part: int) -> None:
    architecture = an_architecture()
    layers = some_layers(architecture)
    one = getattr(layers[1], name)
    tensors = list(one[:2])
    tensors[part] = tensors[part][:-1]
    layers[1] = layers[1]._replace(**{name: type(one)(*tensors, *one[2:])})

    assert take_few_rows(architecture, layers) is None


def adding(change: float) -> Callable[[Tensor, Layout], Tensor]:
    return lambda states, layout: states + change


@pytest.mark.parametrize(
    ("change", "seconds", "is_worth"),
    [(0.0, (1.0, 2.0), True), (0.0, (2.0, 1.0), False), (0.1, (1.0, 2.0), False)],
    ids=["right and faster", "slower", "wrong"],
)
def test_it_is_used_where_it_is_right_and_faster(
    change: float, seconds: tuple[float, float], is_worth: bool
) -> None:
    ticks = itertools.cycle([0.0, seconds[0], 0.0, seconds[1]])

    assert is_worth_it(adding(change), adding(0.0), 16, lambda: next(ticks)) is is_worth
