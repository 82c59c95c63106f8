from __future__ import annotations

import itertools

import pytest
import torch

from allot_runtime.models.kernels import Kernel, Trial, choose_kernel, try_kernels


def test_the_fastest_that_is_right_is_chosen() -> None:
    packed, plain = Trial(Kernel.PACKED, 1.0, True), Trial(Kernel.PLAIN, 2.0, True)

    assert choose_kernel([packed, plain]) is Kernel.PACKED
    assert choose_kernel([packed, Trial(Kernel.PLAIN, 0.5, True)]) is Kernel.PLAIN
    assert choose_kernel([Trial(Kernel.PACKED, 1.0, True), Trial(Kernel.PLAIN, 1.0, True)]) is (
        Kernel.PACKED
    )


def test_what_is_wrong_is_never_chosen() -> None:
    wrong = Trial(Kernel.PACKED, 0.1, is_right=False)

    assert choose_kernel([wrong, Trial(Kernel.PLAIN, 9.0, True)]) is Kernel.PLAIN
    assert choose_kernel([wrong]) is Kernel.PLAIN


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_every_kernel_of_this_machine_is_tried_and_right(dtype: torch.dtype) -> None:
    ticks = itertools.count()

    trials = try_kernels(48, 32, dtype, now=lambda: float(next(ticks)))

    # By this clock each call takes one second, for each of the two numbers of rows.
    packed, plain = Trial(Kernel.PACKED, 2.0, True), Trial(Kernel.PLAIN, 2.0, True)
    if dtype is torch.bfloat16 and not torch.ops.mkldnn._is_mkldnn_bf16_supported():
        # oneDNN refuses to pack what this CPU has no instructions for.
        packed = Trial(Kernel.PACKED, 0.0, is_right=False)
    assert trials == [packed, plain]


def test_a_trial_is_told_in_a_few_words() -> None:
    assert Trial(Kernel.PACKED, 0.0015, True).describe() == "packed: 1500 us"
    assert Trial(Kernel.PACKED, 0.0, False).describe() == "packed: not usable"
