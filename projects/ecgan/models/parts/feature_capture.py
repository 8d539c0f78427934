"""Features of networks that do not return them."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from torch import Tensor, nn

from ...errors import ConfigError


@contextmanager
def capture_features(network: nn.Module, names: Collection[str]) -> Iterator[dict[str, Tensor]]:
    """Gather the outputs of submodules while a network runs.

    Each is a copy, since the layer after it may work in place.

    Args:
        network: Any network.
        names: Submodules as ``named_modules`` calls them.

    Yields:
        Outputs by name, filled by the network's forward.

    Raises:
        ConfigError: There is no such submodule.
    """
    modules = dict(network.named_modules())
    unknown = sorted(set(names) - set(modules))
    if unknown:
        raise ConfigError(
            f'{type(network).__name__} has no submodule {unknown}, there are {[*modules][1:]}'
        )
    features: dict[str, Tensor] = {}

    def keep(name: str, output: Tensor) -> None:
        features[name] = output.clone()

    handles = [
        modules[name].register_forward_hook(lambda _, __, out, name=name: keep(name, out))
        for name in names
    ]
    try:
        yield features
    finally:
        for handle in handles:
            handle.remove()
