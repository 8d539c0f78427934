"""Weights of an ONNX model in 16 or 8 bits; what computes with them stays in 32."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto, TensorProto

WEIGHTS = ('float32', 'float16', 'int8')
# Beyond this float16 has no numbers; below so many values nothing is saved.
_LARGEST = float(np.finfo(np.float16).max)
_FEW = 64
# Tensors of fewer values, such as biases, stay in 16 bits: they are few, and shift whole channels.
_FEW_FOR_A_BYTE = 1024
_TRANSPOSED = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)


def round_weights(model: ModelProto, network: nn.Module, weights: str) -> dict[str, np.ndarray]:
    """Store the weights of a network's ONNX model in fewer bits, in place.

    Nodes before all others make them float32 again. A runtime computes these once, when it loads
    the model, so a rounded model is as fast as the other and its kernels are the same.

    Args:
        model: The model; its initialisers are called as the network's tensors.
        network: The network that it was traced from.
        weights: ``float32`` leaves them; ``float16``; ``int8``: a scale for each output channel of
            a layer, other tensors in float16.

    Returns:
        The rounded weights of the network, float32, by name.
    """
    if weights == 'float32':
        return {}
    axes = {
        f'{name}.weight': 1
        for name, module in network.named_modules()
        if isinstance(module, _TRANSPOSED)
    }
    known = network.state_dict()
    stored, nodes, rounded = [], [], {}
    for tensor in model.graph.initializer:
        if not _is_weight(tensor, known):
            stored.append(tensor)
            continue
        values = known[tensor.name].numpy()
        if weights == 'int8' and values.ndim > 1 and values.size >= _FEW_FOR_A_BYTE:
            parts, steps, result = _in_bytes(tensor.name, values, axes.get(tensor.name, 0))
        elif np.abs(values).max() <= _LARGEST:
            parts, steps, result = _in_halves(tensor.name, values)
        else:
            stored.append(tensor)
            continue
        stored += parts
        nodes += steps
        rounded[tensor.name] = result
    others = list(model.graph.node)
    del model.graph.initializer[:], model.graph.node[:]
    model.graph.initializer.extend(stored)
    model.graph.node.extend([*nodes, *others])
    return rounded


def with_weights(network: nn.Module, weights: Mapping[str, np.ndarray]) -> nn.Module:
    """Give a network other weights, in place."""
    network.load_state_dict(
        {name: torch.from_numpy(values) for name, values in weights.items()}, strict=False
    )
    return network


def _is_weight(tensor: TensorProto, known: Mapping[str, torch.Tensor]) -> bool:
    """Whether an initialiser is a tensor of the network as it is, and large enough to matter."""
    value = known.get(tensor.name)
    return (
        value is not None
        and value.dtype == torch.float32
        and tuple(tensor.dims) == tuple(value.shape)
        and value.numel() >= _FEW
    )


_Rounded = tuple[list['TensorProto'], list['NodeProto'], np.ndarray]


def _in_halves(name: str, values: np.ndarray) -> _Rounded:
    from onnx import TensorProto, helper, numpy_helper

    halves = values.astype(np.float16)
    stored = numpy_helper.from_array(halves, f'{name}.half')
    cast = helper.make_node('Cast', [stored.name], [name], to=TensorProto.FLOAT)
    return [stored], [cast], halves.astype(np.float32)


def _in_bytes(name: str, values: np.ndarray, axis: int) -> _Rounded:
    """Numbers from -127 to 127, and what they are multiplied by in each channel of an axis."""
    from onnx import TensorProto, helper, numpy_helper

    others = tuple(each for each in range(values.ndim) if each != axis)
    largest = np.abs(values).max(axis=others, keepdims=True)
    scale = np.where(largest > 0, largest / 127, 1).astype(np.float32)
    numbers = np.clip(np.rint(values / scale), -127, 127).astype(np.int8)
    # Not DequantizeLinear: runtimes leave that to every run.
    parts = [
        numpy_helper.from_array(numbers, f'{name}.byte'),
        numpy_helper.from_array(scale, f'{name}.scale'),
    ]
    steps = [
        helper.make_node('Cast', [parts[0].name], [f'{name}.number'], to=TensorProto.FLOAT),
        helper.make_node('Mul', [f'{name}.number', parts[1].name], [name]),
    ]
    return parts, steps, numbers.astype(np.float32) * scale
