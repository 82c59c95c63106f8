"""Attention (Vaswani et al. 2017) over sequences that lie one after another without padding."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from allot_runtime.models.layout import Layout, Window, plan_windows

# Rows of short sequences that are attended to together. What the products of a whole window waste
# grows with its square: at 64 rows it is 2 % of a layer's arithmetic, and 32 queries of 8 tokens
# take 4 calls instead of 32.
WINDOW_ROWS = 64


@dataclass(frozen=True, slots=True)
class Span:
    """A window with its mask, [1, rows, rows]: 0 within a sequence, minus infinity beyond.

    None where one sequence has the window.
    """

    window: Window
    mask: Tensor | None


def plan_spans(layout: Layout, dtype: torch.dtype) -> tuple[Span, ...]:
    """Return the spans of a batch; they are the same for every layer."""
    return tuple(
        Span(window, _build_mask(window.lengths, dtype))
        for window in plan_windows(layout, WINDOW_ROWS)
    )


def attend(projected: Tensor, spans: Sequence[Span], heads: int) -> Tensor:
    """Return what each token takes from its sequence, [rows, width].

    `projected` holds queries, keys and values side by side, [rows, 3 * width].
    """
    rows, width = projected.shape[0], projected.shape[1] // 3
    # Rows that belong to nobody stay zero: what memory held before might not be a number.
    mixed = projected.new_zeros(rows, width)
    parts = projected.view(rows, 3, heads, width // heads).permute(1, 2, 0, 3)
    places = mixed.view(rows, heads, width // heads)
    scale = 1 / math.sqrt(width // heads)
    for span in spans:
        start, stop = span.window.start, span.window.start + span.window.rows
        query, key, value = parts[:, :, start:stop].unbind(0)
        places[start:stop] = _mix(query, key, value, span.mask, scale).transpose(0, 1)
    return mixed


def _mix(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, scale: float) -> Tensor:
    """Return softmax(query · keyᵀ · scale + mask) · value, each [heads, rows, size]."""
    # With a factor of 0 the first argument is not read: only its shape has to fit.
    added, factor = (query.new_empty(1, 1, 1), 0) if mask is None else (mask, 1)
    scores = torch.baddbmm(added, query, key.transpose(1, 2), beta=factor, alpha=scale)
    return torch.bmm(torch.softmax(scores, dim=-1), value)


def _build_mask(lengths: Sequence[int], dtype: torch.dtype) -> Tensor | None:
    if len(lengths) == 1:
        return None
    owners = torch.repeat_interleave(torch.arange(len(lengths)), torch.tensor(lengths))
    apart = owners[:, None] != owners[None, :]
    return torch.zeros(apart.shape, dtype=dtype).masked_fill(apart, -math.inf)[None]
