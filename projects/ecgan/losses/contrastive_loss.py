"""Contrastive loss between labelled embeddings, within one set or from one set to another.

Pixel contrast of the ECGAN papers (arXiv 2003.13898; after cross-image pixel contrast, arXiv
2101.11939). For anchor i with positives P_i (same class) and negatives N_i (other classes),

    L_i = (1/|P_i|) sum_{p in P_i}
          -log( exp(z_i.z_p / t) / (exp(z_i.z_p / t) + sum_{n in N_i} exp(z_i.z_n / t)) ).

With n_i = logsumexp_{n in N_i}(z_i.z_n / t) a summand is -log sigmoid(z_i.z_p / t - n_i), which is
finite whatever the temperature, and 0 where there are no negatives.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

NO_CLASS = -1

# Added to the logit of a pair that is no negative. Finite, so that rows without negatives have
# finite gradients, and large enough to absorb any logit.
_NOT_NEGATIVE = -1e30


def contrastive_loss(
    anchors: Tensor,
    anchor_classes: Tensor,
    others: Tensor | None = None,
    other_classes: Tensor | None = None,
    temperature: float = 0.1,
    max_per_class: int | None = None,
) -> Tensor:
    """Mean over the anchors that have positives of L_i (equation in the module docstring).

    Computed in float32 (also inside autocast) or, for float64 embeddings, in float64.

    Args:
        anchors: Embeddings, (A, D), L2-normalised (``F.normalize``).
        anchor_classes: Their classes, (A,); ``NO_CLASS`` (-1) marks an empty row.
        others: Embeddings from which positives and negatives are taken, (B, D). None: from the
            anchors themselves, where an anchor is not its own positive.
        other_classes: Their classes, (B,), ``NO_CLASS`` marking empty rows.
        temperature: t > 0.
        max_per_class: Upper bound on the number of ``others`` of one class, if the caller knows
            one: positives then cost A x ``max_per_class`` instead of A x B.

    Returns:
        Scalar; 0 where no anchor has a positive.

    Raises:
        ValueError: If embeddings and classes do not belong together.
    """
    within = others is None
    if within:
        others, other_classes = anchors, anchor_classes
    if (
        anchors.ndim != 2
        or others.shape[1:] != anchors.shape[1:]
        or anchor_classes.shape != anchors.shape[:1]
        or other_classes.shape != others.shape[:1]
    ):
        raise ValueError(
            f'contrastive_loss needs embeddings (A, D), (B, D) and classes (A,), (B,), got '
            f'{tuple(anchors.shape)}, {tuple(others.shape)}, {tuple(anchor_classes.shape)} and '
            f'{tuple(other_classes.shape)}'
        )
    with torch.autocast(anchors.device.type, enabled=False):
        dtype = torch.promote_types(anchors.dtype, torch.float32)
        # Positives of an anchor are consecutive once the others are sorted by class.
        other_classes, order = other_classes.sort(stable=True)
        others = others.to(dtype).index_select(0, order)
        if within:
            anchors, anchor_classes = others, other_classes
        logits = anchors.to(dtype) @ others.T / temperature
        negatives = (logits + _negative_mask(anchor_classes, other_classes, dtype)).logsumexp(1)

        columns, is_positive = _positive_columns(
            anchor_classes, other_classes, within, max_per_class or len(others)
        )
        positives = logits.gather(1, columns)
        terms = -F.logsigmoid(positives - negatives[:, None]) * is_positive
        count = is_positive.sum(1)
        per_anchor = terms.sum(1) / count.clamp(min=1)
        return per_anchor.sum() / (count > 0).sum().clamp(min=1)


def _negative_mask(anchor_classes: Tensor, other_classes: Tensor, dtype: torch.dtype) -> Tensor:
    """(A, B): 0 for negatives, a large negative number elsewhere."""
    no_negative = torch.eq(anchor_classes[:, None], other_classes[None])
    no_negative |= other_classes[None] == NO_CLASS
    return no_negative.to(dtype).mul_(_NOT_NEGATIVE)


def _positive_columns(
    anchor_classes: Tensor, other_classes: Tensor, within: bool, width: int
) -> tuple[Tensor, Tensor]:
    """Columns of each anchor's positives in the class-sorted others.

    Returns:
        Columns (A, width) and a mask of the same shape of those that are positives.
    """
    width = min(width, len(other_classes))
    first = torch.searchsorted(other_classes, anchor_classes)
    last = torch.searchsorted(other_classes, anchor_classes, right=True)
    columns = first[:, None] + torch.arange(width, device=first.device)
    is_positive = (columns < last[:, None]) & (anchor_classes != NO_CLASS)[:, None]
    if within:
        is_positive &= columns != torch.arange(len(columns), device=first.device)[:, None]
    return columns.clamp_(max=len(other_classes) - 1), is_positive
