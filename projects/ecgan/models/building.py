"""Building parts whose sizes follow from other parts."""

import inspect

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
    part, scope = config['type'], 'mmagic'
    if isinstance(part, str):
        scope = part.rpartition('.')[0] or scope
        part = MODELS.get(part)
    if part is not None:
        taken = inspect.signature(part).parameters
        config = {**{k: v for k, v in defaults.items() if k in taken}, **config}
    with DefaultScope.overwrite_default_scope(scope):
        return MODELS.build(config)


def build_for(contract: type, config: dict | None, **defaults: object) -> nn.Module | None:
    """Build a part as :func:`build_part` does, and refuse what does not fit its place.

    Args:
        contract: A class of :mod:`.contracts`.
        config: Config of the module, or None.
        **defaults: Values by argument name.

    Returns:
        The module, or None.

    Raises:
        ConfigError: The module does not keep the contract; says which adapter to write.
    """
    part = build_part(config, **defaults)
    if part is not None:
        network = f"dict(type='{config['type']}', ...)"
        check_part(part, contract, _REMEDIES[contract].format(network))
    return part
