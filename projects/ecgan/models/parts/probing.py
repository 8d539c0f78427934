"""What networks from elsewhere take and return, found by running them while a model is built."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from copy import deepcopy

import torch
from torch import nn

from ...errors import ConfigError, one_line
from ...structures import AnyLayout

# Sides that are tried; an odd multiple is no multiple of the next power of two.
POWERS_OF_TWO = tuple(2**power for power in range(9))
_PROBE = 32


def probe_size(divisor: int) -> int:
    """Side of the layouts that a network is tried with: an odd multiple, 32 pixels or more."""
    return next(size for size in range(divisor, 512, 2 * divisor) if size >= _PROBE)


@contextmanager
def at_rest(network: nn.Module) -> Iterator[nn.Module]:
    """A copy of a network to try, in evaluation mode and without gradients.

    Neither the network (weights, running statistics, mode) nor the random state is changed.

    Args:
        network: Any network.

    Yields:
        The copy.
    """
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        copy = deepcopy(network)
        # Not one expression: the `train` of mmsegmentation's ResNet returns nothing.
        copy.eval()
        yield copy


def find_divisor(attempt: Callable[[int], object], name: str) -> int:
    """Smallest power of two all of whose multiples a network takes as height and width.

    Args:
        attempt: Runs the network on a square layout of this side; any error says that it does not
            take it.
        name: What the network is called in the error.

    Returns:
        The divisor: it and an odd multiple of it are taken.

    Raises:
        ConfigError: There is none up to 256; the error of the last attempt is the reason.
    """
    reason = None
    for divisor in POWERS_OF_TWO:
        try:
            for size in (probe_size(divisor), divisor):
                attempt(size)
        except Exception as error:
            reason = error
        else:
            return divisor
    raise ConfigError(f'{name} does not take layouts of {divisor} x {divisor}: {one_line(reason)}')


def check_features(wanted: Collection[str], there: Collection[str]) -> None:
    """Refuse names of features that a trunk does not have.

    Raises:
        ConfigError: A wanted feature does not exist.
    """
    unknown = set(wanted) - set(there)
    if unknown:
        raise ConfigError(f'no trunk feature {sorted(unknown)}, there are {list(there)}')


def check_layout(layout: AnyLayout, num_channels: int, divisor: int, advice: str) -> None:
    """Refuse a layout that a network was not built for.

    Args:
        layout: The layout.
        num_channels: Layout channels N' of the network.
        divisor: Height and width are multiples of it.
        advice: What else than other data would help, the end of the sentence.

    Raises:
        ConfigError: The layout has another number of channels or a size that does not fit.
    """
    if layout.num_channels != num_channels:
        raise ConfigError(
            f'the layout has {layout.num_channels} channels, the network was built for '
            f'{num_channels} (classes + unknown + instance boundary)'
        )
    height, width = layout.shape
    if height % divisor or width % divisor:
        raise ConfigError(
            f'layout size {height} x {width} (h x w) is not divisible by {divisor}; '
            f'resize or crop the data, or {advice}'
        )
