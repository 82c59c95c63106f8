"""Attention (Vaswani et al. 2017) over sequences that lie one after another without padding.

Annotations here are values, since torch.jit compiles `attend` and reads them.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from allot_runtime.models.layout import Layout, plan_windows

# Rows of short sequences that are attended to together. What the products of a whole window waste
# grows with its square: at 64 rows it is 2 % of a layer's arithmetic, and 32 queries of 8 tokens
# take 4 calls instead of 32.
WINDOW_ROWS = 64
# Each sequence by itself: then the sums over it run in the order that they have alone.
ALONE = 1


class Span(NamedTuple):
    """Rows that are attended to in one product, with their mask [1, rows, rows].

    The mask is 0 within a sequence and minus infinity beyond; None where one sequence has the rows.
    """

    start: int
    stop: int
    mask: Tensor | None


def plan_spans(layout: Layout, dtype: torch.dtype, window_rows: int = WINDOW_ROWS) -> list[Span]:
    """Return the spans of a batch; they are the same for every layer."""
    return [
        Span(window.start, window.start + window.rows, _build_mask(window.lengths, dtype))
        for window in plan_windows(layout, window_rows)
    ]


def attend(projected: Tensor, spans: list[Span], heads: int) -> Tensor:
    """Return what each token takes from its sequence, [rows, width].

    `projected` holds queries, keys and values side by side, [rows, 3 * width].
    """
    rows = projected.size(0)
    width = projected.size(1) // 3
    size = width // heads
    scale = 1.0 / math.sqrt(float(size))
    parts = projected.view(rows, 3, heads, size).permute(1, 2, 0, 3)
    if len(spans) == 1 and spans[0].stop == rows:
        # A lone query has all rows: there is nothing to put together.
        return mix(parts, spans[0], scale).transpose(0, 1).reshape(rows, width)
    # Rows that belong to nobody stay zero: what memory held before might not be a number.
    mixed = projected.new_zeros([rows, heads, size])
    for span in spans:
        mixed[span.start : span.stop] = mix(parts, span, scale).transpose(0, 1)
    return mixed.view(rows, width)


def mix(parts: Tensor, span: Span, scale: float) -> Tensor:
    """Return softmax(query · keyᵀ · scale + mask) · value of a span, [heads, rows, size].

    `parts` holds queries, keys and values, [3, heads, rows, size].
    """
    query, key, value = parts[:, :, span.start : span.stop].unbind(0)
    mask = span.mask
    if mask is None:
        # With a factor of 0 the first argument is not read: only its shape has to fit.
        unread = query.new_empty([1, 1, 1])
        scores = torch.baddbmm(unread, query, key.transpose(1, 2), beta=0, alpha=scale)
    else:
        scores = torch.baddbmm(mask, query, key.transpose(1, 2), alpha=scale)
    return torch.bmm(torch.softmax(scores, dim=-1), value)


def _build_mask(lengths: Sequence[int], dtype: torch.dtype) -> Tensor | None:
    if len(lengths) == 1:
        return None
    owners = torch.repeat_interleave(torch.arange(len(lengths)), torch.tensor(lengths))
    apart = owners[:, None] != owners[None, :]
    return torch.zeros(apart.shape, dtype=dtype).masked_fill(apart, -math.inf)[None]
