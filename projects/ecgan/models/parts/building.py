"""Building parts whose sizes follow from other parts."""

import inspect
from collections.abc import Callable

from mmagic.registry import MODELS
from mmengine.registry import DefaultScope
from torch import nn

from .contracts import (
    Discriminator,
    FeatureGenerator,
    Generator,
    LabelGenerator,
    Trunk,
    check_part,
)

# What a refused part is told: the part's place in a config, around its type's name.
_REMEDIES: dict[type, str] = {
    Generator: "wrap it: generator=dict(type='TranslationGenerator', network={})",
    FeatureGenerator: "wrap it: generator=dict(type='TranslationGenerator', network={}, "
    'features=(...)), or turn contrast_loss off',
    Trunk: "wrap it: trunk=dict(type='BackboneTrunk', backbone={})",
    Discriminator: "wrap it: discriminator=dict(type='PairDiscriminator', network={})",
    LabelGenerator: "take label_generator=dict(type='FrozenSegmentor', config=...) for a segmentor",
}


def build_part(config: dict | None, **defaults: object) -> nn.Module | None:
    """Build a registered module, with defaults for arguments that it takes and its config lacks.

    So a recipe states the number of classes once, in the data preprocessor, and a part from
    elsewhere that has no such argument is left alone. Networks look up their layers in the default
    scope: that is the part's own here, also where no run has set one.

    Args:
        config: Config of the module, or None.
        **defaults: Values by argument name.

    Returns:
        The module, or None.
    """
    if config is None:
        return None
    scope = 'mmagic'
    if isinstance(config['type'], str):
        scope = config['type'].rpartition('.')[0] or scope
    with DefaultScope.overwrite_default_scope(scope):
        return MODELS.build(with_defaults(config, **defaults))


def build_of_mmseg(config: dict) -> nn.Module:
    """Build a module of mmsegmentation's registry, its parts looked up there too."""
    import mmseg.models  # noqa: F401  (registers the modules)
    from mmseg.registry import MODELS as SEGMENTATION_MODELS

    with DefaultScope.overwrite_default_scope('mmseg'):
        return SEGMENTATION_MODELS.build(config)


def with_defaults(config: dict, **defaults: object) -> dict:
    """A module's config with defaults for arguments that the module takes and the config lacks."""
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


def build_for(contract: type, config: dict | None, **defaults: object) -> nn.Module | None:
    """Build a part as :func:`build_part` does, and refuse what does not fit its place.

    Raises:
        ConfigError: The module does not keep the contract; says which adapter to write.
    """
    part = build_part(config, **defaults)
    if part is not None:
        network = f"dict(type='{config['type']}', ...)"
        check_part(part, contract, _REMEDIES[contract].format(network))
    return part
