"""MMagic imports its companions of 2023 although only a few of its editors use them.

Versions: mmagic <= 1.2.0 without diffusers, transformers, huggingface-hub, albumentations, pandas,
controlnet-aux, or with diffusers 0.29, transformers 5, huggingface-hub 0.26 or up.
Upstream: https://github.com/open-mmlab/mmagic/issues/2110 (newer diffusers)

``import mmagic.models`` and ``mmagic.datasets`` need them at import time, for Stable Diffusion's
CLIP wrapper, ViCo, FastComposer, AnimateDiff, Disco Diffusion, attention injection and two
albumentations wrappers. No GAN, no translation model and no metric does.
Here a companion that is absent, or of a release that does not fit, is replaced by stand-ins in the
modules of MMagic that import it: everything imports, and what needs the companion raises one clear
error when it is built or called. The modules get an import function of their own, so that no other
code is affected: ``sys.modules`` and the import system know nothing of the stand-ins. A companion
that fits is imported as ever.
"""

import builtins
import functools
import importlib
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

from ..errors import one_line
from ._companions import COMPANIONS
from ._defect import Defect
from ._import_hook import give_import, rebind
from ._placeholders import broken, stand_in
from ._versions import older_than

# Every module of MMagic 1.2.0 that names a companion in an import statement.
_IMPORTERS = tuple(
    f'mmagic.{name}'
    for name in (
        'apis.inferencers.controlnet_animation_inferencer',
        'datasets.transforms.albu_function',
        'datasets.transforms.albumentations',
        'datasets.transforms.generate_assistant',
        'models.archs.attention_injection',
        'models.editors.animatediff.animatediff',
        'models.editors.animatediff.animatediff_utils',
        'models.editors.animatediff.attention_3d',
        'models.editors.animatediff.motion_module',
        'models.editors.animatediff.unet_3d',
        'models.editors.disco_diffusion.clip_wrapper',
        'models.editors.disco_diffusion.guider',
        'models.editors.fastcomposer.fastcomposer',
        'models.editors.fastcomposer.fastcomposer_util',
        'models.editors.stable_diffusion.clip_wrapper',
        'models.editors.vico.vico_utils',
        'models.losses.clip_loss',
    )
)


def _real_or_stand_in(name: str, load: Callable[[], Any]) -> Any:
    """What ``load`` imports where the companion fits and imports, its stand-in elsewhere."""
    companion = COMPANIONS[name.partition('.')[0]]
    if not companion.lack and companion.module not in broken:
        try:
            return load()
        except Exception as error:  # packages that load lazily do not keep to ImportError
            broken[companion.module] = f'the installed one does not import ({one_line(error)})'
    return stand_in(name)


def _import(
    name: str,
    globals: dict[str, Any] | None = None,
    locals: dict[str, Any] | None = None,
    fromlist: Sequence[str] | None = (),
    level: int = 0,
) -> Any:
    """``__import__`` for MMagic's modules; the arguments are Python's."""

    def load() -> ModuleType:
        module = builtins.__import__(name, globals, locals, fromlist, level)
        for item in fromlist or ():
            getattr(module, item)
        return module

    root = name.partition('.')[0]
    if level or root not in COMPANIONS:
        return builtins.__import__(name, globals, locals, fromlist, level)
    return _real_or_stand_in(name if fromlist else root, load)


def _give_import(module: ModuleType) -> None:
    give_import(module, _import)


def _patch_try_import(setup_env: ModuleType) -> None:
    original = setup_env.try_import

    @functools.wraps(original)
    def try_import(name: str) -> Any:
        caller = sys._getframe(1).f_globals.get('__name__', '')
        if name.partition('.')[0] in COMPANIONS and caller.partition('.')[0] == 'mmagic':
            return _real_or_stand_in(name, lambda: importlib.import_module(name))
        return original(name)

    setup_env.try_import = try_import
    rebind(original, try_import, ['mmagic'])


def _needed() -> bool:
    return older_than('mmagic', '1.2.1') and any(c.lack for c in COMPANIONS.values())


DEFECT = Defect(
    name='missing_companions',
    versions='mmagic <= 1.2.0 without fitting diffusers, transformers, albumentations, ...',
    upstream='https://github.com/open-mmlab/mmagic/issues/2110',
    needed=_needed,
    patches={'mmagic.utils.setup_env': _patch_try_import},
    preparations=dict.fromkeys(_IMPORTERS, _give_import),
    cured='MMagic imports without them; an editor that needs one says so when it is built',
    sound='every companion of MMagic is there in a version that fits',
)
