"""Convert released state dicts to a checkpoint of this project.

Reads files saved by the released code: an ECGAN generator, a SPADE generator, their discriminator.
Several files (a generator and its discriminator) become one checkpoint. See docs/parity.md.
"""

import argparse
import io
import pickle
import sys
from pathlib import Path

import torch
from torch import Tensor

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from mmagic.registry import MODELS

import projects.ecgan
from projects.ecgan.compat.atomic_checkpoints import write_atomically
from projects.ecgan.models.converters import (
    infer_config,
    load_converted,
    network_of,
)


def parse_args(arguments: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description='Convert released ECGAN or SPADE state dicts to a checkpoint of this project.'
    )
    parser.add_argument(
        'sources', nargs='+', metavar='SRC', help='state dict of a generator or a discriminator'
    )
    parser.add_argument('destination', metavar='DST', help='checkpoint to write')
    parser.add_argument(
        '--upsampling',
        choices=('normal', 'more', 'most'),
        help='depth of the trunk; normal and more have the same weights, so the file cannot tell '
        'them apart (default: most where its extra block is there, else normal)',
    )
    parser.add_argument(
        '--with-ema',
        action='store_true',
        help='write the generator a second time, as the moving average of a model that keeps one',
    )
    return parser.parse_args(arguments)


def read_released(path: str) -> dict[str, Tensor]:
    """Read a released state dict with PyTorch's safe loader.

    Args:
        path: File.

    Returns:
        Tensors by released name.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file holds anything but tensors by name.
    """
    try:
        state = torch.load(path, map_location='cpu', weights_only=True)
    except (EOFError, RuntimeError, pickle.UnpicklingError) as error:
        raise ValueError(f'{path} is not a file of plain tensors: {error}') from error
    if not isinstance(state, dict) or not all(isinstance(x, Tensor) for x in state.values()):
        found = sorted(map(str, state))[:6] if isinstance(state, dict) else type(state).__name__
        raise ValueError(f'{path} is not a state dict (tensors by name), it holds {found}')
    return state


def convert_file(path: str, upsampling: str | None = None) -> tuple[dict, dict[str, Tensor]]:
    """Convert one state dict.

    Args:
        path: File with a released generator or discriminator.
        upsampling: Depth of a generator's trunk, see :func:`infer_config`.

    Returns:
        Config of this project's network, and its state dict.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no released network, or one that does not fit.
    """
    released = read_released(path)
    shapes = {name.removesuffix('_orig'): tuple(x.shape) for name, x in released.items()}
    try:
        network = network_of(released)
        config = infer_config(shapes, upsampling if network == 'generator' else None)
        module = MODELS.build(config)
        load_converted(module, released, network)
    except (KeyError, ValueError) as error:
        raise ValueError(f'{path}: {error.args[0]}') from error
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
        ValueError: If a network comes twice.
    """
    networks: dict[str, dict] = {}
    merged: dict[str, Tensor] = {}
    for config, state in converted:
        network = 'discriminator' if 'Discriminator' in config['type'] else 'generator'
        if network in networks:
            raise ValueError(f'there are two state dicts of a {network}; give one of each at most')
        networks[network] = config
        merged.update({f'{network}.{name}': tensor for name, tensor in state.items()})
        if with_ema and network == 'generator':
            merged.update({f'generator_ema.module.{name}': x for name, x in state.items()})
            merged['generator_ema.steps'] = torch.tensor(0)
    meta = dict(ecgan_version=projects.ecgan.__version__, networks=networks)
    return dict(meta=meta, state_dict=merged)


def main(arguments: list[str] | None = None) -> int:
    """Run the tool.

    Args:
        arguments: Command line, without the program's name.

    Returns:
        Exit status: 0, or 2 if a file cannot be converted.
    """
    args = parse_args(arguments)
    try:
        converted = [convert_file(source, args.upsampling) for source in args.sources]
        checkpoint = merge(converted, args.with_ema)
    except (FileNotFoundError, ValueError) as error:
        print(f'error: {error}', file=sys.stderr)
        return 2
    buffer = io.BytesIO()
    torch.save(checkpoint, buffer)
    write_atomically(buffer.getvalue(), args.destination)
    networks = checkpoint['meta']['networks']
    for network, config in networks.items():
        print(f'{network}: {config}')
    if args.upsampling is None and networks.get('generator', {}).get('upsampling') == 'normal':
        print("The same weights fit upsampling='more' (the released Cityscapes models use it).")
    print(f'wrote {args.destination}')
    return 0


if __name__ == '__main__':
    sys.exit(main())
