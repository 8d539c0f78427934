"""Similarity loss: the pairwise structure of the layout, asked of the generated image.

The ECGAN paper (arXiv 2003.13898), section on semantic preserving: with a_ij = 1 where
pixels i and j of the layout have the same class and a''_ij the same for the predicted layout,

    L_sim = -(1 / M^2) sum_ij [ a_ij log a''_ij + (1 - a_ij) log(1 - a''_ij) ].

Our reading, where the paper is silent: a''_ij = sum_c p_ic p_jc, p = softmax(logits), clamped to
[eps, 1 - eps]; pairs with an unknown pixel are left out, of the mean too.

The M x M matrix is never built. One pass over strips of it gives the loss and, as the gradient of
each entry needs nothing but that entry, the gradient with respect to p as well: the backward pass
only scales it. Memory therefore grows with M. As a'' is symmetric, only the upper half is visited.
"""

import torch
from mmagic.registry import MODELS
from torch import Tensor, nn

from ..errors import ConfigError
from ..structures import nearest_resize

# Entries of one strip. On a CPU a strip stays in the second-level cache; a GPU wants large kernels.
_STRIP_ENTRIES_CPU = 2**19
_STRIP_ENTRIES_GPU = 2**24
_MIN_STRIP_ROWS = 16


class _PairSum(torch.autograd.Function):
    """Sum over ordered pairs of known pixels of the log likelihood, with its gradient."""

    @staticmethod
    def forward(
        ctx, probs: Tensor, labels: Tensor, known: Tensor, eps: float, with_grad: bool
    ) -> Tensor:
        total, grad = _pair_sums(probs, labels, known, eps, with_grad)
        if with_grad:
            ctx.save_for_backward(grad)
        return total

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, grad_total: Tensor) -> tuple[Tensor | None, ...]:
        (grad,) = ctx.saved_tensors
        return grad * grad_total[:, None, None], None, None, None, None


def _pair_sums(
    probs: Tensor, labels: Tensor, known: Tensor, eps: float, with_grad: bool
) -> tuple[Tensor, Tensor | None]:
    """Visit the upper half of the pair matrix in strips.

    With d_ij = 1 for pixels of different class, else 0, and u = a'' - d, the two branches of the
    loss become one: log(clamp(|u|)), whose derivative with respect to a'' is 1 / u inside the
    clamp and 0 outside.

    Args:
        probs: (B, N, M), zero at unknown pixels.
        labels: (B, M), of the type of ``probs``.
        known: (B, M), of the type of ``probs``, 1 for known pixels.
        eps: Bound of the clamp.
        with_grad: Whether to compute the gradient.

    Returns:
        Sum of log likelihoods of each image (B,), and its gradient (B, N, M) or None.
    """
    batch, _, pixels = probs.shape
    unknown = 1 - known
    # Of each column the sum over the rows of its strip and of the strips before, and over the rows
    # of its strip alone: all but these stand for two pairs.
    sums, own_sums = (probs.new_zeros(batch, pixels) for _ in range(2))
    grad = torch.zeros_like(probs) if with_grad else None
    stop = 0
    while stop < pixels:
        start = stop
        stop += _strip_rows(batch, pixels - start, probs.device)
        own, rest = probs[:, :, start:stop], probs[:, :, start:]
        u = probs.new_empty(batch, stop - start, pixels - start)
        torch.ne(labels[:, start:stop, None], labels[:, None, start:], out=u)
        u.baddbmm_(own.transpose(1, 2), rest, beta=-1)
        likelihood = u.abs()
        if with_grad:
            # Zero where the clamp is active: hardtanh_backward(grad, x, low, high), in one pass.
            slope = torch.ops.aten.hardtanh_backward(u.reciprocal_(), likelihood, eps, 1 - eps)
            grad[:, :, start:stop].baddbmm_(rest, slope.transpose(1, 2))
            # The lower half, by symmetry: what the rows of this strip give to later pixels.
            grad[:, :, stop:].baddbmm_(own, slope[:, :, stop - start :])
        likelihood.clamp_(eps, 1 - eps)
        # Rows of unknown pixels count log 1 = 0, their columns are weighed by 0.
        torch.maximum(likelihood, unknown[:, start:stop, None], out=likelihood)
        of_columns = _log_of_rows(likelihood, eps).sum(1)
        sums[:, start:] += of_columns
        own_sums[:, start:stop] = of_columns[:, : stop - start]
    total = ((2 * sums - own_sums) * known).sum(1)
    if with_grad:
        # d/dp_i sums over (i, j) and (j, i).
        grad *= 2
    return total, grad


def _strip_rows(batch: int, rest: int, device: torch.device) -> int:
    """Rows of a strip: a fixed number of entries, so that memory does not grow with M^2.

    Args:
        batch: Number of images.
        rest: Columns of the strip, which are the rows that are left as well.
        device: Where it is computed.
    """
    entries = _STRIP_ENTRIES_CPU if device.type == 'cpu' else _STRIP_ENTRIES_GPU
    rows = max(entries // (batch * rest), _MIN_STRIP_ROWS)
    return min(rows - rows % 4, rest)


def _log_of_rows(likelihood: Tensor, eps: float) -> Tensor:
    """Logarithms summed over pairs of rows, as logarithms of products: a log costs ten multiplies.

    The product of four factors of at least eps stays a normal number for eps >= 1e-9 in float32.
    """
    folds = 2 if eps**4 > torch.finfo(likelihood.dtype).tiny else 0
    for _ in range(folds):
        rows = likelihood.shape[1]
        if rows % 2:
            break
        upper, lower = likelihood.split(rows // 2, dim=1)
        likelihood = upper.mul_(lower)
    return likelihood.log_()


def similarity_loss(
    logits: Tensor, labels: Tensor, ignore_index: int | None = None, eps: float = 1e-6
) -> Tensor:
    """Exact similarity loss over all pairs of known pixels, in memory that grows with M.

    Computed in float32 (also inside autocast) or, for float64 logits, in float64. The second
    derivative is not available.

    Args:
        logits: Predicted layout, (B, N, h, w).
        labels: Layout, (B, h, w), values in [0, N) or ``ignore_index``.
        ignore_index: Label of unknown pixels; None where every pixel is known.
        eps: The similarities are clamped to [eps, 1 - eps].

    Returns:
        Scalar: mean over the images of the mean over all ordered pairs of known pixels, i = j
        included; an image without a known pixel counts as 0.

    Raises:
        ValueError: If the shapes do not belong together.
    """
    if logits.ndim != 4 or labels.shape != (logits.shape[0], *logits.shape[2:]):
        raise ValueError(
            f'similarity_loss needs logits (B, N, h, w) and labels (B, h, w) on the same grid, got '
            f'{tuple(logits.shape)} and {tuple(labels.shape)}'
        )
    with torch.autocast(logits.device.type, enabled=False):
        dtype = torch.promote_types(logits.dtype, torch.float32)
        probs = logits.to(dtype).flatten(2).softmax(1)
        labels = labels.flatten(1)
        known = torch.ones_like(labels) if ignore_index is None else labels != ignore_index
        known = known.to(dtype)
        with_grad = torch.is_grad_enabled() and probs.requires_grad
        total = _PairSum.apply(probs * known[:, None], labels.to(dtype), known, eps, with_grad)
        pairs = known.sum(1).square()
        return -(total / pairs.clamp(min=1)).mean()


@MODELS.register_module()
class SimilarityLoss(nn.Module):
    """Similarity loss on a working grid (see :func:`similarity_loss`).

    Logits and labels are subsampled by the same nearest rule, so the loss is the paper's, exactly,
    over a regular subset of the pixels. Averaging logits instead would set them against the label
    of their cell's corner, which at class borders teaches a shift of half a cell.

    Args:
        loss_weight: Factor on the loss.
        grid: Working grid. An int is the number of points along the shorter side (the longer side
            in proportion), a pair is (h, w), None takes every pixel. Never finer than the logits.
            The cost grows with the square of the number of points; for the default see
            ``docs/losses.md``.
        eps: The similarities are clamped to [eps, 1 - eps].
    """

    def __init__(
        self,
        loss_weight: float = 1.0,
        grid: int | tuple[int, int] | None = 32,
        eps: float = 1e-6,
    ) -> None:
        super().__init__()
        if not 0 < eps < 0.5:
            raise ConfigError(f'eps must lie in (0, 0.5), got {eps}')
        sides = (grid,) if isinstance(grid, int) else tuple(grid or ())
        if any(side < 1 for side in sides):
            raise ConfigError(f'grid must be 1 or more, or None for that of the logits, got {grid}')
        self.loss_weight = loss_weight
        self.grid = grid
        self.eps = eps

    def grid_size(self, height: int, width: int) -> tuple[int, int]:
        """Working grid (h, w) for logits of the given size."""
        if self.grid is None:
            return height, width
        if isinstance(self.grid, int):
            shorter = min(height, width)
            grid = (round(height * self.grid / shorter), round(width * self.grid / shorter))
        else:
            grid = self.grid
        return min(grid[0], height), min(grid[1], width)

    def forward(self, logits: Tensor, labels: Tensor, ignore_index: int | None = None) -> Tensor:
        """Weighted loss.

        Args:
            logits: (B, N, h, w).
            labels: (B, H, W), brought to the working grid by the nearest rule.
            ignore_index: Label of unknown pixels.

        Returns:
            Scalar.
        """
        size = self.grid_size(*logits.shape[2:])
        loss = similarity_loss(
            nearest_resize(logits, size),
            nearest_resize(labels, size),
            ignore_index,
            self.eps,
        )
        return self.loss_weight * loss
