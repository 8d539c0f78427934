"""Building parts whose sizes follow from other parts."""

import inspect
from collections.abc import Callable

from mmagic.registry import MODELS
from torch import nn


def build_part(config: dict | None, **defaults: object) -> nn.Module | None:
    """Build a registered module, with defaults for arguments that it takes and its config lacks.

    So a recipe states the number of classes once, in the data preprocessor, and a part from
    elsewhere that has no such argument is left alone.

    Args:
        config: Config of the module, or None.
        **defaults: Values by argument name.

    Returns:
        The module, or None.
    """
    return None if config is None else MODELS.build(with_defaults(config, **defaults))


def with_defaults(config: dict, **defaults: object) -> dict:
    """A config with defaults for arguments that its module takes and it lacks.

    Args:
        config: Config of a module.
        **defaults: Values by argument name.

    Returns:
        A config to build.
    """
    part = config['type']
    part = MODELS.get(part) if isinstance(part, str) else part
    if part is None:
        return config
    taken = _arguments(part)
    return {**{k: v for k, v in defaults.items() if k in taken}, **config}


def _arguments(part: Callable) -> set[str]:
    """Arguments of a class; where it hands unnamed ones on, those of its bases as well."""
    names: set[str] = set()
    for constructor in getattr(part, '__mro__', [part]):
        parameters = inspect.signature(constructor).parameters
        names.update(parameters)
        if not any(each.kind is each.VAR_KEYWORD for each in parameters.values()):
            break
    return names
