"""Adam for the field's beta_1 = 0, without the state that it does not need."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple

import torch
from mmengine.registry import OPTIMIZERS
from torch import Tensor

from ...errors import ConfigError

# Elements that are updated at a time on a CPU: they stay in the cache between the operations.
CHUNK_ELEMENTS = 2**16


@OPTIMIZERS.register_module()
class MomentumFreeAdam(torch.optim.Optimizer):
    """The update of ``torch.optim.Adam(betas=(0, beta2))``, bit for bit on a CPU.

    With beta_1 = 0 Adam's first moment is the gradient itself, which PyTorch stores all the same:
    a copy of all weights. Without it (t counts the updates)

        v <- beta_2 v + (1 - beta_2) g^2,
        w <- w - lr g / (sqrt(v / (1 - beta_2^t)) + eps).

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
                squares = [self.state[parameter]['exp_avg_sq'] for parameter in parameters]
                beta2 = group['beta2']
                rates = _Rates(group['lr'], beta2, group['eps'], math.sqrt(1 - beta2**step))
                update = _update_in_chunks if device.type == 'cpu' else _update_together
                update(parameters, squares, rates)
        return loss


class _Rates(NamedTuple):
    """The numbers of an update; ``correction`` is sqrt(1 - beta_2^t)."""

    lr: float
    beta2: float
    eps: float
    correction: float


def _update_in_chunks(parameters: list[Tensor], squares: list[Tensor], rates: _Rates) -> None:
    lr, beta2, eps, correction = rates
    for parameter, square in zip(parameters, squares):
        grad = parameter.grad
        if parameter.is_contiguous() and square.is_contiguous():
            whole = (parameter.view(-1), grad.contiguous().view(-1), square.view(-1))
            parts = zip(*(tensor.split(CHUNK_ELEMENTS) for tensor in whole))
        else:
            parts = [(parameter, grad, square)]
        for weight, slope, of_weight in parts:
            of_weight.mul_(beta2).addcmul_(slope, slope, value=1 - beta2)
            weight.addcdiv_(slope, (of_weight.sqrt() / correction).add_(eps), value=-lr)


def _update_together(parameters: list[Tensor], squares: list[Tensor], rates: _Rates) -> None:
    """In few kernels, however many parameters there are."""
    lr, beta2, eps, correction = rates
    grads = [parameter.grad for parameter in parameters]
    torch._foreach_mul_(squares, beta2)
    torch._foreach_addcmul_(squares, grads, grads, value=1 - beta2)
    denominators = torch._foreach_sqrt(squares)
    torch._foreach_div_(denominators, correction)
    torch._foreach_add_(denominators, eps)
    torch._foreach_addcdiv_(parameters, grads, denominators, value=-lr)
