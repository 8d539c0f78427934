"""ECGAN for MMagic: edge guided GANs with contrastive learning for semantic image synthesis.

Importing this package first makes the installed toolbox sound on a current PyTorch
(:mod:`projects.ecgan.compat`), then registers every part in MMagic's registries. Configs get it
with ``custom_imports = dict(imports=['projects.ecgan'])``.
"""

from . import compat

compat.apply_all()

from . import datasets, engine, evaluation, losses, models, structures  # noqa: E402
from .version import __version__  # noqa: E402

__all__ = [
    '__version__',
    'compat',
    'datasets',
    'engine',
    'evaluation',
    'losses',
    'models',
    'structures',
]
