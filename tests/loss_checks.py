"""What several losses are to be."""

import torch
from torch import Tensor


def assert_zero_with_no_gradient(loss: Tensor, inputs: Tensor) -> None:
    """The loss is 0, and so is its gradient, which exists."""
    loss.backward()
    assert loss.item() == 0
    assert torch.equal(inputs.grad, torch.zeros_like(inputs))
