"""Spectral norm of convolutions (arXiv 1802.05957) with a cheap backward pass.

PyTorch's own differentiates W / sigma and sigma = u^T W v step by step, which reads and writes
tensors of the weight's size about fifteen times; the closed form needs six. At full width the
generator has 90 million such weights, and that is a tenth of an update on a CPU.
"""

from collections.abc import Callable
from contextlib import nullcontext

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional as F
from torch.nn.utils import parametrize

# From an arbitrary start vector this many steps bring the largest singular value of a fresh
# random matrix to within a fraction of a per cent; training refines it by one step a forward.
POWER_ITERATIONS = 15


class _Sigma(torch.autograd.Function):
    """sigma = u^T W v, u and v constants: dsigma/dW = u v^T."""

    @staticmethod
    def forward(ctx, weight: Tensor, u: Tensor, v: Tensor) -> Tensor:
        ctx.save_for_backward(u, v)
        ctx.shape = weight.shape
        return torch.dot(u, torch.mv(weight.flatten(1), v))

    @staticmethod
    @once_differentiable
    def backward(ctx, grad: Tensor) -> tuple[Tensor, None, None]:
        u, v = ctx.saved_tensors
        return torch.outer(u * grad, v).view(ctx.shape), None, None


class _OverSigma(torch.autograd.Function):
    """W / sigma with sigma = u^T W v, u and v constants.

    With Y = W / sigma, dL/dW = (G - <G, Y> u v^T) / sigma.
    """

    @staticmethod
    def forward(ctx, weight: Tensor, u: Tensor, v: Tensor) -> Tensor:
        sigma = torch.dot(u, torch.mv(weight.flatten(1), v))
        normalised = weight / sigma
        ctx.save_for_backward(normalised, sigma, u, v)
        return normalised

    @staticmethod
    @once_differentiable
    def backward(ctx, grad: Tensor) -> tuple[Tensor, None, None]:
        normalised, sigma, u, v = ctx.saved_tensors
        grad = grad.contiguous()
        along = torch.dot(grad.view(-1), normalised.view(-1))
        result = torch.addr(grad.flatten(1), u * -along, v).div_(sigma)
        return result.view_as(grad), None, None


def _over_sigma(weight: Tensor, u: Tensor, v: Tensor) -> Tensor:
    return weight / torch.dot(u, torch.mv(weight.flatten(1), v))


class SpectralNorm(nn.Module):
    """Parametrisation W -> W / sigma(W); one power iteration for each use in training.

    The same numbers, buffers and state-dict keys as PyTorch's
    ``torch.nn.utils.parametrizations.spectral_norm``. Deviation: sigma is taken in the weight's
    precision inside autocast as well.

    Args:
        weight: The weight ``(out, ...)``; as a matrix it is out x rest.
        closed_form: Whether to differentiate in closed form, and :class:`SpectralConv2d` may divide
            its output; else the weight is divided and differentiated step by step, as PyTorch's.
    """

    def __init__(self, weight: Tensor, closed_form: bool = True) -> None:
        super().__init__()
        self.closed_form = closed_form
        matrix = weight.detach().flatten(1)
        for name, length in zip(('_u', '_v'), matrix.shape):
            vector = F.normalize(matrix.new_empty(length).normal_(), dim=0)
            self.register_buffer(name, vector)
        self.iterate(matrix, POWER_ITERATIONS)

    @torch.no_grad()
    def iterate(self, matrix: Tensor, count: int) -> None:
        """Bring the singular vectors nearer to those of a matrix by power iterations."""
        for _ in range(count):
            F.normalize(torch.mv(matrix, self._v), dim=0, eps=1e-12, out=self._u)
            F.normalize(torch.mv(matrix.T, self._u), dim=0, eps=1e-12, out=self._v)

    def forward(self, weight: Tensor) -> Tensor:
        """The weight that the layer uses, from the stored one, of the same shape."""
        return self._apply_to(weight, _OverSigma.apply if self.closed_form else _over_sigma)

    def sigma(self, weight: Tensor) -> Tensor:
        """What :meth:`forward` divides by, a scalar; in training one power iteration as well."""
        return self._apply_to(weight, _Sigma.apply)

    def _apply_to(self, weight: Tensor, function: Callable[..., Tensor]) -> Tensor:
        kind = weight.device.type
        # Other devices (meta, for counting operations) know no autocast.
        with torch.autocast(kind, enabled=False) if kind in ('cpu', 'cuda') else nullcontext():
            if self.training:
                self.iterate(weight.flatten(1), 1)
            # Copies, as the next forward pass changes the vectors before this one's backward pass.
            return function(weight, self._u.clone(), self._v.clone())

    def right_inverse(self, weight: Tensor) -> Tensor:
        """What is stored where the layer's weight is assigned: the same."""
        return weight


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
        y = self._conv_forward(x, weight, None) / norm.sigma(weight)
        return y if self.bias is None else y.add_(self.bias.view(-1, 1, 1).to(y.dtype))


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
    for layer in module.modules():
        if parametrize.is_parametrized(layer, 'weight'):
            weight = layer.parametrizations.weight
            if isinstance(weight[0], SpectralNorm):
                weight[0].iterate(weight.original.flatten(1), iterations)
