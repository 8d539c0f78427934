"""Spectral norm of convolutions (arXiv 1802.05957) with a cheap backward pass.

PyTorch's own differentiates W / sigma and sigma = u^T W v step by step, which reads and writes
tensors of the weight's size about fifteen times; the closed form needs six. At full width the
generator has 90 million such weights, and that is a tenth of an update on a CPU.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from itertools import chain
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn.utils import parametrize

# From an arbitrary start vector this many steps bring the largest singular value of a fresh
# random matrix to within a fraction of a per cent; training refines it by one step a forward.
POWER_ITERATIONS = 15
_EPS = 1e-12


class Singular(NamedTuple):
    """What a weight is divided by, as constants of one forward pass.

    Attributes:
        u: Left singular vector ``(out,)``.
        v: Right singular vector ``(rest,)``.
        sigma: u^T W v, a scalar.
    """

    u: Tensor
    v: Tensor
    sigma: Tensor


class _OverSigma(torch.autograd.Function):
    """W / sigma with sigma = u^T W v, u and v constants.

    With Y = W / sigma, dL/dW = (G - <G, Y> u v^T) / sigma.
    """

    @staticmethod
    def forward(ctx, weight: Tensor, u: Tensor, v: Tensor, sigma: Tensor) -> Tensor:
        normalised = weight / sigma
        ctx.save_for_backward(normalised, sigma, u, v)
        return normalised

    @staticmethod
    @once_differentiable
    def backward(ctx, grad: Tensor) -> tuple[Tensor, None, None, None]:
        normalised, sigma, u, v = ctx.saved_tensors
        grad = grad.contiguous()
        along = torch.dot(grad.view(-1), normalised.view(-1))
        result = torch.addr(grad.flatten(1), u * along, v, alpha=-1).div_(sigma)
        return result.view_as(grad), None, None, None


class _OutputOverSigma(torch.autograd.Function):
    """Y / sigma, for Y linear in W, with sigma = u^T W v, u and v constants.

    With Z = Y / sigma, dL/dY = G / sigma, and what sigma adds to dL/dW is -<G, Z> / sigma u v^T.
    """

    @staticmethod
    def forward(ctx, y: Tensor, weight: Tensor, u: Tensor, v: Tensor, sigma: Tensor) -> Tensor:
        divided = y / sigma
        ctx.shape = weight.shape
        ctx.save_for_backward(divided, sigma, u, v)
        return divided

    @staticmethod
    @once_differentiable
    def backward(ctx, grad: Tensor) -> tuple[Tensor, Tensor, None, None, None]:
        divided, sigma, u, v = ctx.saved_tensors
        grad = grad / sigma
        along = (grad * divided).sum(dtype=u.dtype)
        return grad, torch.outer(u * -along, v).view(ctx.shape), None, None, None


class SpectralNorm(nn.Module):
    """Parametrisation W -> W / sigma(W); one power iteration for each use in training.

    The same numbers, buffers and state-dict keys as PyTorch's
    ``torch.nn.utils.parametrizations.spectral_norm``. Deviation: sigma is taken in the weight's
    precision inside autocast as well; after a power iteration it is |W^T u|, which u^T W v is then.

    Args:
        weight: The weight ``(out, ...)``; as a matrix it is out x rest.
        closed_form: Whether to differentiate in closed form, and :class:`SpectralConv2d` may divide
            its output; else the weight is divided and differentiated step by step, as PyTorch's.

    Attributes:
        ahead: What :func:`iterated_together` has found for the forward pass under way; None where
            this module makes its power iteration itself.
        last: What the last use in training was computed with.
    """

    def __init__(self, weight: Tensor, closed_form: bool = True) -> None:
        super().__init__()
        self.closed_form = closed_form
        self.ahead: Singular | None = None
        self.last: Singular | None = None
        matrix = weight.detach().flatten(1)
        for name, length in zip(('_u', '_v'), matrix.shape):
            vector = nn.functional.normalize(matrix.new_empty(length).normal_(), dim=0)
            self.register_buffer(name, vector)
        self.iterate(matrix, POWER_ITERATIONS)

    def iterate(self, matrix: Tensor, count: int) -> None:
        """Bring the singular vectors nearer to those of a matrix by power iterations."""
        for _ in range(count):
            _power_iteration([self], [matrix])

    def forward(self, weight: Tensor) -> Tensor:
        """The weight that the layer uses, from the stored one, of the same shape."""
        with _full_precision(weight.device):
            u, v, sigma = self._singular(weight)
            if self.closed_form:
                return _OverSigma.apply(weight, u, v, sigma)
            return weight / torch.dot(u, torch.mv(weight.flatten(1), v))

    def divide(self, y: Tensor, weight: Tensor) -> Tensor:
        """What is linear in the weight, divided by sigma; counts as a use."""
        with _full_precision(weight.device):
            return _OutputOverSigma.apply(y, weight, *self._singular(weight))

    def _singular(self, weight: Tensor) -> Singular:
        if not self.training:
            # Copies, as a training pass may change the vectors before this pass's backward pass.
            u, v = self._u.clone(), self._v.clone()
            return Singular(u, v, torch.dot(u, torch.mv(weight.detach().flatten(1), v)))
        (self.last,) = [self.ahead] if self.ahead else _power_iteration([self], [weight.flatten(1)])
        return self.last

    def right_inverse(self, weight: Tensor) -> Tensor:
        """What is stored where the layer's weight is assigned: the same."""
        return weight


def _full_precision(device: torch.device) -> torch.autocast | nullcontext:
    # Other devices (meta, for counting operations) know no autocast.
    known = device.type in ('cpu', 'cuda')
    return torch.autocast(device.type, enabled=False) if known else nullcontext()


@torch.no_grad()
def _power_iteration(norms: Sequence[SpectralNorm], matrices: Sequence[Tensor]) -> list[Singular]:
    """U = W v / |W v|, v = W^T u / |W^T u| for all at once; the vectors are rows, zeros behind."""
    heights, widths = zip(*(matrix.shape for matrix in matrices))
    left = matrices[0].new_zeros(len(matrices), max(heights))
    right = matrices[0].new_zeros(len(matrices), max(widths))
    all_u = [row[:height] for row, height in zip(left, heights)]
    all_v = [row[:width] for row, width in zip(right, widths)]
    for norm, matrix, u in zip(norms, matrices, all_u):
        torch.mv(matrix, norm._v, out=u)
    left /= torch.linalg.vector_norm(left, dim=1, keepdim=True).clamp_(min=_EPS)
    for matrix, u, v in zip(matrices, all_u, all_v):
        torch.mv(matrix.T, u, out=v)
    sigma = torch.linalg.vector_norm(right, dim=1, keepdim=True)
    right /= sigma.clamp(min=_EPS)
    buffers = [norm._u for norm in norms] + [norm._v for norm in norms]
    torch._foreach_copy_(buffers, [*all_u, *all_v])
    return [Singular(*each) for each in zip(all_u, all_v, sigma.flatten())]


@contextmanager
def iterated_together(network: nn.Module) -> Iterator[None]:
    """A forward pass in which all layers of a network make their power iteration in few operations.

    Outside of it each layer makes its own, with the same result. Compiled layers keep theirs, as it
    is in their graphs.

    Args:
        network: Network whose layers are used once in the pass, with the weights of its beginning.
    """
    alike = defaultdict(list)
    for norm, weight in _spectral_norms(network, with_compiled=False):
        if norm.training and norm.closed_form:
            alike[weight.device, weight.dtype].append((norm, weight.detach().flatten(1)))
    for (device, _), pairs in alike.items():
        norms, matrices = zip(*pairs)
        with _full_precision(device):
            for norm, singular in zip(norms, _power_iteration(norms, matrices)):
                norm.ahead = singular
    try:
        yield
    finally:
        for norm, _ in chain.from_iterable(alike.values()):
            norm.ahead = None


def _spectral_norms(
    module: nn.Module, with_compiled: bool
) -> Iterator[tuple[SpectralNorm, nn.Parameter]]:
    """Spectral norms within a module, with what they normalise."""
    if not with_compiled and getattr(module, '_compiled_call_impl', None) is not None:
        return
    if parametrize.is_parametrized(module, 'weight'):
        weight = module.parametrizations.weight
        if isinstance(weight[0], SpectralNorm):
            yield weight[0], weight.original
    for child in module.children():
        yield from _spectral_norms(child, with_compiled)


class SpectralConv2d(nn.Conv2d):
    """Convolution for :func:`spectral_norm` that divides weight or output, whichever is smaller.

    conv(x, W / sigma) + b = conv(x, W) / sigma + b. At the coarse end of a trunk the weight is the
    larger by far, and a normalised copy of it would have to be kept for the backward pass: 0.36 GB
    at full width.
    """

    def forward(self, x: Tensor) -> Tensor:
        """From features ``(N, in, H, W)`` to ``(N, out, H', W')``."""
        if not parametrize.is_parametrized(self, 'weight'):
            return super().forward(x)
        norm, weight = self.parametrizations.weight[0], self.parametrizations.weight.original
        size_of_output = len(x) * self.out_channels * x.shape[2] * x.shape[3]
        divides_output = isinstance(norm, SpectralNorm) and norm.closed_form
        if not divides_output or weight.numel() <= size_of_output:
            return super().forward(x)
        y = norm.divide(self._conv_forward(x, weight, None), weight)
        return y if self.bias is None else y + self.bias.view(-1, 1, 1).to(y.dtype)


def spectral_norm(conv: nn.Conv2d) -> nn.Conv2d:
    """Divide the weight by its largest singular value, one power iteration per training forward.

    Args:
        conv: Convolution whose weight, as a matrix of out x rest, is normalised.

    Returns:
        The same module, parametrised by :class:`SpectralNorm`.
    """
    # Not checked by running it once, as that would be one more power iteration.
    parametrize.register_parametrization(conv, 'weight', SpectralNorm(conv.weight), unsafe=True)
    return conv


def refresh_singular_vectors(module: nn.Module, iterations: int = POWER_ITERATIONS) -> None:
    """Bring a network's singular vectors up to date after its weights were changed from outside."""
    for norm, weight in _spectral_norms(module, with_compiled=True):
        norm.iterate(weight.detach().flatten(1), iterations)
