"""ECGAN for MMagic: edge guided GANs with contrastive learning for semantic image synthesis.

Importing this package makes the installed toolbox sound on a current PyTorch
(:mod:`projects.ecgan.compat`) and offers its parts to the registries of MMagic and MMSegmentation,
which import them at the first look-up. Configs get it with
``custom_imports = dict(imports=['projects.ecgan'])``. MMEngine then reads ``ecgan::PATH`` as well
(:mod:`projects.ecgan.recipes.bases`).
"""

from importlib import import_module
from types import ModuleType
from typing import Any

from . import compat
from .compat._import_hook import when_imported
from .errors import TOOLBOX, MissingToolboxError
from .recipes.bases import take_recipes_as_bases
from .version import __version__

_PARTS = ('datasets', 'engine', 'evaluation', 'inference', 'losses', 'models')
# Subclasses of a toolbox's models, whose import takes seconds: its own registries look for them.
_SUBCLASSES = {
    'mmagic.registry': ('models.translation.layout_pix2pix',),
    'mmseg.registry': ('models.segmentors.contrast_head', 'evaluation.iou_by_class'),
}


def _offer_parts(registries: ModuleType) -> None:
    """Let every registry of a toolbox find the parts, at its first look-up."""
    from mmengine.registry import Registry

    names = (*_PARTS, *_SUBCLASSES.get(registries.__name__, ()))
    parts = [f'{__name__}.{name}' for name in names]
    for registry in vars(registries).values():
        if isinstance(registry, Registry) and not set(parts) <= set(registry._locations):
            # A new list: the toolbox may share one between registries.
            registry._locations = [*registry._locations, *parts]
            registry._imported = False


def __getattr__(name: str) -> Any:
    """Import a subpackage, or what users need of one, when it is first asked for."""
    if name.startswith('_'):
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    try:
        if name == 'ECGANInferencer':
            return import_module(f'{__name__}.inference').ECGANInferencer
        return import_module(f'{__name__}.{name}')
    except ModuleNotFoundError as error:
        if error.name in TOOLBOX:
            raise MissingToolboxError(error.name) from None
        if error.name != f'{__name__}.{name}':
            raise
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}') from error


compat.apply_all()
for _registries in ('mmengine.registry', 'mmagic.registry', 'mmseg.registry'):
    when_imported(_registries, _offer_parts)
when_imported('mmengine.config.config', take_recipes_as_bases)

__all__ = ['ECGANInferencer', '__version__', 'compat']
