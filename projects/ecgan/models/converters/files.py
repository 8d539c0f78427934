"""Files of released weights, and the checkpoints that they become."""

import pickle

import torch
from mmagic.registry import MODELS
from torch import Tensor

from ...errors import CheckpointError
from ...version import __version__
from .reference import infer_config, load_converted, network_of


def read_released(path: str) -> dict[str, Tensor]:
    """Read a released state dict, tensors by released name, with PyTorch's safe loader.

    Raises:
        FileNotFoundError: If there is no such file.
        CheckpointError: If the file holds anything but tensors by name.
    """
    try:
        state = torch.load(path, map_location='cpu', weights_only=True)
    except (EOFError, RuntimeError, pickle.UnpicklingError) as error:
        raise CheckpointError(f'{path} is not a file of plain tensors: {error}') from error
    if not isinstance(state, dict) or not all(isinstance(x, Tensor) for x in state.values()):
        found = sorted(map(str, state))[:6] if isinstance(state, dict) else type(state).__name__
        raise CheckpointError(f'{path} is not a state dict (tensors by name), it holds {found}')
    return state


def convert_file(path: str, upsampling: str | None = None) -> tuple[dict, dict[str, Tensor]]:
    """Convert a file with a released generator or discriminator.

    Returns:
        Config of this project's network, and its state dict; for ``upsampling`` see
        :func:`infer_config`.

    Raises:
        FileNotFoundError: If there is no such file.
        CheckpointError: If it is no released network, or one that does not fit.
    """
    released = read_released(path)
    shapes = {name.removesuffix('_orig'): tuple(x.shape) for name, x in released.items()}
    try:
        network = network_of(released)
        config = infer_config(shapes, upsampling if network == 'generator' else None)
        module = MODELS.build(config)
        load_converted(module, released, network)
    except CheckpointError as error:
        raise CheckpointError(f'{path}: {error}') from error
    return config, dict(module.state_dict())


def merge(
    converted: list[tuple[dict, dict[str, Tensor]]], with_ema: bool = False
) -> dict[str, dict]:
    """Put converted networks into one checkpoint of :class:`ECGAN`.

    Args:
        converted: What :func:`convert_file` gave, at most one generator and one discriminator.
        with_ema: Whether to write the generator as its moving average, too.

    Returns:
        ``state_dict``, and ``meta`` with ``networks``, the config of each.

    Raises:
        CheckpointError: If a network comes twice.
    """
    networks: dict[str, dict] = {}
    merged: dict[str, Tensor] = {}
    for config, state in converted:
        network = 'discriminator' if 'Discriminator' in config['type'] else 'generator'
        if network in networks:
            raise CheckpointError(
                f'there are two state dicts of a {network}; give one of each at most'
            )
        networks[network] = config
        merged.update({f'{network}.{name}': tensor for name, tensor in state.items()})
        if with_ema and network == 'generator':
            merged.update({f'generator_ema.module.{name}': x for name, x in state.items()})
            merged['generator_ema.steps'] = torch.tensor(0)
    meta = dict(ecgan_version=__version__, networks=networks)
    return dict(meta=meta, state_dict=merged)
