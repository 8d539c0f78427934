"""Weights of an ONNX model in fewer bits."""

import numpy as np
import pytest
import torch
from torch import nn

from projects.ecgan.painting.static_page.agreement import Difference
from projects.ecgan.painting.static_page.rounded_weights import round_weights, with_weights

onnx = pytest.importorskip('onnx')
helper = pytest.importorskip('onnx.helper')


class Layers(nn.Module):
    """A convolution, and one that goes the other way, whose output channels are axis 1."""

    def __init__(self) -> None:
        super().__init__()
        self.there = nn.Conv2d(8, 20, 3)
        self.back = nn.ConvTranspose2d(20, 8, 3)
        self.few = nn.Parameter(torch.rand(3))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.back(self.there(x)) * self.few[0]


def model_of(network: nn.Module) -> 'onnx.ModelProto':
    """The network's ONNX model, by hand."""
    tensors = [
        onnx.numpy_helper.from_array(value.numpy(), name)
        for name, value in network.state_dict().items()
    ]
    tensors.append(onnx.numpy_helper.from_array(np.zeros(1, np.int64), 'zero'))
    nodes = [
        helper.make_node('Conv', ['x', 'there.weight', 'there.bias'], ['a']),
        helper.make_node('ConvTranspose', ['a', 'back.weight', 'back.bias'], ['b']),
        helper.make_node('Gather', ['few', 'zero'], ['c']),
        helper.make_node('Mul', ['b', 'c'], ['y']),
    ]
    value = lambda name: helper.make_tensor_value_info(name, 1, [1, 8, 9, 9])  # noqa: E731
    graph = helper.make_graph(nodes, 'layers', [value('x')], [value('y')], tensors)
    opset = [helper.make_opsetid('', 18)]
    return helper.make_model(graph, opset_imports=opset, ir_version=9)


@pytest.fixture
def network() -> Layers:
    torch.manual_seed(0)
    network = Layers().requires_grad_(False)
    # Output channels of very different size: a scale for all of them would lose the small ones.
    network.there.weight *= 10.0 ** torch.linspace(-3, 1, 20).view(-1, 1, 1, 1)
    network.back.weight *= 10.0 ** torch.linspace(-3, 1, 8).view(1, -1, 1, 1)
    return network


@pytest.mark.parametrize(
    ('weights', 'relative', 'size'),
    [('float32', 0, 1), ('float16', 2**-11, 0.5), ('int8', 1 / 254, 0.25)],
)
def test_each_channel_is_rounded_by_itself(network, weights, relative, size):
    runtime = pytest.importorskip('onnxruntime')
    model, before = model_of(network), {k: v.clone() for k, v in network.state_dict().items()}
    rounded = round_weights(model, network, weights)
    big = {'there.weight': 0, 'back.weight': 1}
    assert set(rounded) == (set() if weights == 'float32' else set(big))
    for name, axis in big.items():
        value = torch.from_numpy(rounded.get(name, before[name].numpy()))
        others = tuple({0, 1, 2, 3} - {axis})
        error = (value - before[name]).abs().amax(others) / before[name].abs().amax(others)
        assert error.max() <= relative * (1 + 1e-5)
        assert (error.max() > 0) == (relative > 0)
    stored = {each.name: each for each in model.graph.initializer}
    assert set(before) - set(stored) == set(rounded), 'the others stay as they are'
    held = sum(len(each.raw_data) for name, each in stored.items() if name.startswith(tuple(big)))
    full = sum(before[name].nbytes for name in big)
    scales = 4 * (20 + 8) if weights == 'int8' else 0
    assert held == full * size + scales
    onnx.checker.check_model(model, full_check=True)
    x = torch.rand(1, 8, 9, 9)
    (made,) = runtime.InferenceSession(model.SerializeToString()).run(None, {'x': x.numpy()})
    expected = with_weights(network, rounded)(x).numpy()
    assert np.abs(made - expected).max() <= 1e-5 * np.abs(expected).max()


def test_what_16_bits_do_not_hold_stays(network):
    network.there.weight[0, 0, 0, 0] = 1e6
    network.back.weight.zero_()
    rounded = round_weights(model_of(network), network, 'float16')
    assert set(rounded) == {'back.weight'}
    rounded = round_weights(model_of(network), network, 'int8')
    assert (rounded['back.weight'] == 0).all() and rounded['there.weight'].max() == 1e6


def test_differences_of_pictures():
    zero = np.zeros((1, 10, 10, 3), np.uint8)
    one, far = zero.copy(), zero.copy()
    one[0, 0, 0], far[...] = 1, 200
    same = Difference.between([(zero, zero), (zero, one)])
    assert same == Difference(1, 0.0, 3 / 600, pytest.approx((3 / 600) ** 0.5), 600)
    assert same.is_of_kernels and not same.is_visible and not same.is_wrong
    wrong = Difference.between([(zero, far)])
    assert wrong.largest == 200 and wrong.is_visible and wrong.is_wrong and not wrong.is_of_kernels
    assert str(wrong) == (
        'at most 200 of 255 levels from PyTorch, 100.00% of 300 values by more than one'
    )
    two = zero.copy()
    two[0, 0, 0, 0] = 2
    assert not Difference.between([(zero, two)]).is_of_kernels
    assert not Difference.between([(zero, zero + np.uint8(1))]).is_of_kernels
