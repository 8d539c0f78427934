"""How far features keep classes apart: what the contrastive losses are there to raise."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


@torch.no_grad()
def class_separation(features: Tensor, classes: Tensor) -> tuple[float, float]:
    """Mean cosine similarity within classes and across classes, over all pairs of rows.

    With z the normalised rows, s_c their sum over class c and n_c its size, the mean within is
    sum_c (|s_c|^2 - n_c) / sum_c n_c (n_c - 1), pairs of a row with itself left out, and that
    across (|sum_c s_c|^2 - sum_c |s_c|^2) / (M^2 - sum_c n_c^2): no pair is visited.

    Args:
        features: (M, C).
        classes: (M,), values from 0 on.

    Returns:
        Within and across; NaN where there is no such pair.
    """
    z = F.normalize(features.double(), dim=1)
    classes = classes.long()
    count = torch.bincount(classes).double()
    sums = z.new_zeros(len(count), z.shape[1]).index_add_(0, classes, z)
    own = sums.square().sum()
    pairs_within = (count * (count - 1)).sum()
    within = (own - len(z)) / pairs_within
    across = (sums.sum(0).square().sum() - own) / (len(z) ** 2 - count.square().sum())
    return within.item(), across.item()
