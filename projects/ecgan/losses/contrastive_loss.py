"""Contrastive loss between labelled embeddings, within one set or from one set to another.

Pixel contrast of the ECGAN papers (arXiv 2003.13898; after cross-image pixel contrast, arXiv
2101.11939). For anchor i with positives P_i (same class) and negatives N_i (other classes),

    L_i = (1/|P_i|) sum_{p in P_i}
          -log( exp(z_i.z_p / t) / (exp(z_i.z_p / t) + sum_{n in N_i} exp(z_i.z_n / t)) ).

With n_i = logsumexp_{n in N_i}(z_i.z_n / t) a summand is -log sigmoid(z_i.z_p / t - n_i), which is
finite whatever the temperature, and 0 where there are no negatives.

All contrasts of a step are computed together: few operations. The gradient is found beside the
loss, so that nothing of the size of all pairs is kept for the backward pass, which only scales it.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

NO_CLASS = -1

# The logit of a pair that is no negative. Finite, so that rows without negatives have finite
# gradients, and large enough to absorb any logit that is added.
_NOT_NEGATIVE = -1e30
# Between the keys of a class in one set and in the next.
_NEXT_SET = 2**32


def contrastive_loss(
    anchors: Tensor,
    anchor_classes: Tensor,
    others: Tensor | None = None,
    other_classes: Tensor | None = None,
    temperature: float = 0.1,
    max_per_class: int | None = None,
) -> Tensor:
    """Mean over the anchors that have positives of L_i (equation in the module docstring).

    Computed in float32 (also inside autocast) or, for float64 embeddings, in float64. The second
    derivative is not available.

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
    if others is None:
        sets, pair = [(anchors, anchor_classes)], (0, 0, 1.0)
    else:
        sets, pair = [(anchors, anchor_classes), (others, other_classes)], (0, 1, 1.0)
    (anchors, anchor_classes), (others, other_classes) = sets[0], sets[-1]
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
    embeddings, classes = map(torch.cat, zip(*sets))
    sizes = [len(each) for each, _ in sets]
    return weighted_contrast(embeddings, classes, sizes, [pair], temperature, max_per_class)


def weighted_contrast(
    embeddings: Tensor,
    classes: Tensor,
    sizes: Sequence[int],
    pairs: Sequence[tuple[int, int, float]],
    temperature: float = 0.1,
    max_per_class: int | None = None,
) -> Tensor:
    """Weighted sum of :func:`contrastive_loss` within sets of embeddings and between them.

    Args:
        embeddings: All sets, one behind the other, (T, D).
        classes: Their classes, (T,), below 2^31; ``NO_CLASS`` marks an empty row.
        sizes: Rows of each set.
        pairs: (s, s', w): anchors from set s, positives and negatives from set s', weight w.
        temperature: t > 0.
        max_per_class: See :func:`contrastive_loss`, for all sets.

    Returns:
        Scalar.
    """
    with torch.autocast(embeddings.device.type, enabled=False):
        embeddings = embeddings.to(torch.promote_types(embeddings.dtype, torch.float32))
        with_grad = torch.is_grad_enabled() and embeddings.requires_grad
        width = min(max_per_class or max(sizes), max(sizes))
        return _Contrast.apply(embeddings, classes, sizes, pairs, temperature, width, with_grad)


class _Contrast(torch.autograd.Function):
    """See :func:`weighted_contrast`; the gradient is computed with the loss."""

    @staticmethod
    def forward(
        ctx,
        embeddings: Tensor,
        classes: Tensor,
        sizes: Sequence[int],
        pairs: Sequence[tuple[int, int, float]],
        temperature: float,
        width: int,
        with_grad: bool,
    ) -> Tensor:
        # Positives of an anchor are consecutive once each set is sorted by class.
        of_sets = enumerate(classes.long().split(sizes))
        keys, order = torch.cat([of_one + i * _NEXT_SET for i, of_one in of_sets]).sort(stable=True)
        table = _Pairs(embeddings.index_select(0, order), keys, sizes, pairs, width)
        loss, of_table = table.contrast(temperature, with_grad)
        if with_grad:
            ctx.save_for_backward(torch.empty_like(of_table).index_copy_(0, order, of_table))
        return loss

    @staticmethod
    @once_differentiable
    def backward(ctx, grad: Tensor) -> tuple[Tensor | None, ...]:
        (of_embeddings,) = ctx.saved_tensors
        return of_embeddings * grad, *[None] * 6


class _Pairs:
    """All pairs of anchors and others: a block (A, B) for each contrast, in one flat tensor.

    Args:
        embeddings: Sets of embeddings, each sorted by class, (T, D).
        keys: Their classes, a set's plus its number times ``_NEXT_SET``: sorted altogether.
        sizes: Rows of each set.
        pairs: (s, s', w) for each contrast.
        width: Most positives of an anchor.
    """

    def __init__(
        self,
        embeddings: Tensor,
        keys: Tensor,
        sizes: Sequence[int],
        pairs: Sequence[tuple[int, int, float]],
        width: int,
    ) -> None:
        self.embeddings, self.sizes, self.pairs, self.width = embeddings, sizes, pairs, width
        self.keys, self.keys_of = keys, keys.split(sizes)
        self.is_empty = keys.remainder(_NEXT_SET) == _NEXT_SET + NO_CLASS
        # What an anchor's class is called in the set that it is compared with.
        self.queries = torch.cat(
            [
                self.keys_of[s] + (t - s) * _NEXT_SET if s != t else self.keys_of[s]
                for s, t, _ in pairs
            ]
        )
        self.rows = [sizes[s] for s, _, _ in pairs]
        self.areas = [sizes[s] * sizes[t] for s, t, _ in pairs]

    def blocks(self, flat: Tensor) -> list[Tensor]:
        """The block of each contrast, a view."""
        parts = zip(flat.split(self.areas), self.pairs)
        return [part.view(self.sizes[s], self.sizes[t]) for part, (s, t, _) in parts]

    def of_anchors(self, values: Tensor) -> Tensor:
        """Of values of all rows (T,) those of the anchors of all contrasts."""
        of_sets = values.split(self.sizes)
        return torch.cat([of_sets[s] for s, _, _ in self.pairs])

    def positives(self) -> tuple[Tensor, Tensor]:
        """Where the logits of each anchor's positives lie in the flat tensor.

        Returns:
            Places (anchors, width) and a mask of the same shape of those that are positives.
        """
        device = self.keys.device
        first = torch.searchsorted(self.keys, self.queries)
        last = torch.searchsorted(self.keys, self.queries, right=True)
        last.mul_(self.of_anchors(~self.is_empty))
        rows = first[:, None] + torch.arange(self.width, device=device)
        is_positive = rows < last[:, None]
        # An anchor is not its own positive.
        is_positive &= rows != self.of_anchors(torch.arange(len(self.keys), device=device))[:, None]
        starts, before = [], 0
        for (_, t, _), area in zip(self.pairs, self.areas):
            start = before - sum(self.sizes[:t])
            starts.append(torch.arange(start, start + area, self.sizes[t], device=device))
            before += area
        places = rows.add_(torch.cat(starts)[:, None])
        return places.clamp_(0, before - 1), is_positive

    def weights(self, count: Tensor) -> Tensor:
        """What the sum over an anchor's positives weighs, from the number of these (anchors,)."""
        has_positives = (count > 0).to(self.embeddings.dtype)
        # A sum of ones is their norm of order 1.
        numbers = torch._foreach_norm(list(has_positives.split(self.rows)), 1)
        torch._foreach_clamp_min_(numbers, 1.0)
        torch._foreach_reciprocal_(numbers)
        torch._foreach_mul_(numbers, [float(weight) for _, _, weight in self.pairs])
        of_anchors = [number.expand(rows) for number, rows in zip(numbers, self.rows)]
        return torch.cat(of_anchors) / count.clamp(min=1)

    def contrast(self, temperature: float, with_grad: bool) -> tuple[Tensor, Tensor | None]:
        """Weighted sum of all contrasts, and its gradient (T, D) where it is wanted."""
        z, sets = self.embeddings, self.embeddings.split(self.sizes)
        logits = z.new_empty(sum(self.areas))
        blocks = self.blocks(logits)
        ignored = self.is_empty.to(z.dtype).mul_(_NOT_NEGATIVE).split(self.sizes)
        for (s, t, _), block in zip(self.pairs, blocks):
            torch.addmm(ignored[t], sets[s], sets[t].T, alpha=1 / temperature, out=block)
        places, is_positive = self.positives()
        of_positives = logits.gather(0, places.view(-1)).view_as(places)

        is_same = torch.empty_like(logits, dtype=torch.bool)
        of_contrasts = zip(self.queries.split(self.rows), self.pairs, self.blocks(is_same))
        for queries, (_, t, _), block in of_contrasts:
            torch.eq(queries[:, None], self.keys_of[t], out=block)
        logits.masked_fill_(is_same, _NOT_NEGATIVE)
        negatives = z.new_empty(len(self.queries))
        for block, of_block in zip(blocks, negatives.split(self.rows)):
            torch.logsumexp(block, 1, out=of_block)

        terms = F.logsigmoid(of_positives.sub_(negatives[:, None])).mul_(is_positive)
        weights = self.weights(is_positive.sum(1))
        loss = -torch.dot(terms.sum(1), weights)
        if not with_grad:
            return loss, None
        # d/dx of -log sigmoid(x) is -sigmoid(-x) = expm1(log sigmoid(x)).
        slopes = terms.expm1_().mul_(weights[:, None])
        of_negatives = slopes.sum(1).neg_()
        # d n_i / d logit = exp(logit - n_i).
        for block, of_block in zip(blocks, negatives.split(self.rows)):
            block.sub_(of_block[:, None])
        logits.exp_()
        for block, of_block in zip(blocks, of_negatives.split(self.rows)):
            block.mul_(of_block[:, None])
        logits.scatter_add_(0, places.view(-1), slopes.view(-1))
        grad = torch.zeros_like(z)
        grads = grad.split(self.sizes)
        for (s, t, _), block in zip(self.pairs, blocks):
            grads[s].addmm_(block, sets[t], alpha=1 / temperature)
            grads[t].addmm_(block.T, sets[s], alpha=1 / temperature)
        return loss, grad
