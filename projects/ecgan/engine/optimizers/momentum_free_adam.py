"""Adam for the field's beta_1 = 0, without the state that it does not need."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import torch
from mmengine.registry import OPTIMIZERS
from torch import Tensor
from torch.utils._foreach_utils import _get_fused_kernels_supported_devices

from ...errors import ConfigError

# Where PyTorch's own kernel updates all parameters in one pass over their memory.
FUSED_DEVICES = {'cpu', 'cuda'} & set(_get_fused_kernels_supported_devices())
# Elements that are updated at a time elsewhere. On a CPU they stay in the cache between the
# operations; on a GPU they bound the memory of the denominators.
BUCKET_ELEMENTS = dict(cpu=2**16)
BUCKET_ELEMENTS_OF_OTHERS = 2**22


@OPTIMIZERS.register_module()
class MomentumFreeAdam(torch.optim.Optimizer):
    """The update of ``torch.optim.Adam(betas=(0, beta2), fused=True)``, bit for bit on a CPU.

    With beta_1 = 0 Adam's first moment is the gradient itself, which PyTorch stores all the same:
    a copy of all weights. Without it (t counts the updates)

        v <- beta_2 v + (1 - beta_2) g^2,
        w <- w - lr g / (sqrt(v / (1 - beta_2^t)) + eps).

    All parameters of a group are updated by one operation, where PyTorch has its kernel for the
    device, else by some for each few megabytes.

    Args:
        params: Parameters or parameter groups.
        lr: Learning rate.
        beta2: Decay of the second moment.
        eps: Added to the denominator.

    Raises:
        ConfigError: If a value lies outside its range.
    """

    def __init__(
        self,
        params: Iterable[Tensor] | Iterable[dict],
        lr: float = 1e-4,
        beta2: float = 0.9,
        eps: float = 1e-8,
    ) -> None:
        if lr < 0:
            raise ConfigError(f'lr must not be negative, got {lr}')
        if not 0 <= beta2 < 1:
            raise ConfigError(f'beta2 must lie in [0, 1), got {beta2}')
        if eps < 0:
            raise ConfigError(f'eps must not be negative, got {eps}')
        super().__init__(params, dict(lr=lr, beta2=beta2, eps=eps))

    @torch.no_grad()
    def step(self, closure: Callable[[], Tensor] | None = None) -> Tensor | None:
        """Update the parameters that have a gradient.

        Args:
            closure: Computes the loss anew, with gradients; None where they are there.

        Returns:
            The loss where there is a closure.
        """
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            alike = defaultdict(list)
            for parameter in group['params']:
                if parameter.grad is not None:
                    state = self.state[parameter]
                    if not state:
                        state.update(step=0, exp_avg_sq=torch.zeros_like(parameter))
                    state['step'] += 1
                    alike[state['step'], parameter.device, parameter.dtype].append(parameter)
            for (step, device, _), parameters in alike.items():
                triples = [(p, p.grad, self.state[p]['exp_avg_sq']) for p in parameters]
                rates = _Rates(group['lr'], group['beta2'], group['eps'], step)
                fused = device.type in FUSED_DEVICES
                dense = [each for each in triples if fused and _lie_alike(*each)]
                if dense:
                    _update_fused(dense, rates)
                others = [each for each in triples if not (fused and _lie_alike(*each))]
                for bucket in _buckets(others, device):
                    _update_bucket(bucket, rates)
        return loss


# Weight, gradient, second moment.
Triple = tuple[Tensor, Tensor, Tensor]


class _Rates(NamedTuple):
    """The numbers of an update; ``step`` counts them from 1."""

    lr: float
    beta2: float
    eps: float
    step: int


def _lie_alike(*tensors: Tensor) -> bool:
    """Whether tensors of one shape have the same order in memory, without gaps."""
    return len({each.stride() for each in tensors}) == 1 and _is_dense(tensors[0])


def _is_dense(tensor: Tensor) -> bool:
    return tensor.is_contiguous() or tensor.is_contiguous(memory_format=torch.channels_last)


def _update_fused(triples: list[Triple], rates: _Rates) -> None:
    """By PyTorch's kernel for Adam: its first moment, for beta_1 = 0 the gradient, is the gradient.

    The kernel takes the gradient itself for the moment of before and after, and so writes what is
    there already.
    """
    weights, grads, squares = map(list, zip(*triples))
    # Made on the device: no copy that waits for it.
    step = torch.full((), float(rates.step), device=weights[0].device)
    torch._fused_adam_(
        weights,
        grads,
        grads,
        squares,
        [],
        [step] * len(weights),
        lr=rates.lr,
        beta1=0.0,
        beta2=rates.beta2,
        weight_decay=0.0,
        eps=rates.eps,
        amsgrad=False,
        maximize=False,
    )


def _buckets(triples: list[Triple], device: torch.device) -> Iterator[list[Triple]]:
    """Groups of tensors and of pieces of them that have some number of elements together."""
    limit = BUCKET_ELEMENTS.get(device.type, BUCKET_ELEMENTS_OF_OTHERS)
    bucket, elements = [], 0
    for triple in triples:
        pieces = [triple]
        if _lie_alike(*triple) and triple[0].is_contiguous():
            pieces = zip(*(each.view(-1).split(limit) for each in triple))
        for piece in pieces:
            if bucket and elements + piece[0].numel() > limit:
                yield bucket
                bucket, elements = [], 0
            bucket.append(piece)
            elements += piece[0].numel()
    if bucket:
        yield bucket


def _update_bucket(triples: list[Triple], rates: _Rates) -> None:
    weights, grads, squares = map(list, zip(*triples))
    torch._foreach_mul_(squares, rates.beta2)
    torch._foreach_addcmul_(squares, grads, grads, value=1 - rates.beta2)
    denominators = torch._foreach_sqrt(squares)
    torch._foreach_div_(denominators, math.sqrt(1 - rates.beta2**rates.step))
    torch._foreach_add_(denominators, rates.eps)
    torch._foreach_addcdiv_(weights, grads, denominators, value=-rates.lr)
