"""The toolbox imports SciPy, LPIPS and PyAV at every start, for parts that few runs build.

Versions: mmagic <= 1.2.0, mmsegmentation <= 1.2.2.
Upstream: no report found.

The registries import all of ``mmagic.models``, ``mmagic.datasets``, ``mmagic.evaluation`` and
``mmseg.datasets`` at their first look-up, and with them some 600 modules of SciPy for StyleGAN's
augmentation, NIQE, a blur kernel and the like: a tenth of what a training takes to start. Here the
modules that import such a package get stand-ins, which import it when they are used: the same
values, later. The import system and all other code know nothing of them, and a package that is
absent is absent as ever.
"""

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pkgutil import resolve_name
from types import ModuleType, SimpleNamespace
from typing import Any

from ._defect import Defect
from ._import_hook import give_import, given_builtins
from ._versions import older_than

# The modules of the toolbox, and what each asks for by an import statement of its own.
_DEFERRED = {
    'mmagic.datasets.transforms.blur_kernels': ('scipy',),
    'mmagic.datasets.transforms.random_degradations': ('av',),
    'mmagic.evaluation.metrics.fid': ('scipy',),
    'mmagic.evaluation.metrics.inception_score': ('scipy.stats',),
    'mmagic.evaluation.metrics.ms_ssim': ('scipy',),
    'mmagic.evaluation.metrics.niqe': ('scipy.ndimage', 'scipy.special'),
    'mmagic.evaluation.metrics.ppl': ('lpips',),
    'mmagic.models.editors.disco_diffusion.guider': ('lpips',),
    'mmagic.models.editors.stylegan2.ada.augment': ('scipy.signal',),
    'mmagic.models.editors.stylegan3.stylegan3_modules': ('scipy',),
    'mmseg.datasets.transforms.transforms': ('scipy.ndimage',),
    'mmseg.models.assigners.hungarian_assigner': ('scipy.optimize',),
    'mmseg.models.backbones.beit': ('scipy',),
    'mmseg.models.losses.huasdorff_distance_loss': ('scipy.ndimage',),
    'mmseg.utils.tokenizer': ('ftfy',),
}


class Deferred:
    """Stands for a module or a function until it is called or asked for a name.

    Args:
        path: Full name, such as ``'scipy.ndimage.convolve'``.
    """

    def __init__(self, path: str) -> None:
        self._path = path

    def __getattr__(self, name: str) -> Any:
        # Whoever looks at all names of a module (inspect, pickle) asks for these, and uses nothing.
        if name.startswith('__'):
            raise AttributeError(f'{self._path!r} is imported when it is used; no {name!r} before')
        return resolve_name(f'{self._path}.{name}')

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call what it stands for."""
        return resolve_name(self._path)(*args, **kwargs)


def _give_import(module: ModuleType) -> None:
    # Another cure may have given it one.
    original: Callable[..., Any] = given_builtins(module)['__import__']

    def deferring(
        name: str,
        globals: dict[str, Any] | None = None,
        locals: dict[str, Any] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        """``__import__``; the arguments are Python's."""
        root = name.partition('.')[0]
        if level or name not in _DEFERRED[module.__name__] or find_spec(root) is None:
            return original(name, globals, locals, fromlist, level)
        if not fromlist:
            return Deferred(root)
        return SimpleNamespace(**{item: Deferred(f'{name}.{item}') for item in fromlist})

    give_import(module, deferring)


DEFECT = Defect(
    name='deferred_imports',
    versions='mmagic <= 1.2.0, mmsegmentation <= 1.2.2',
    needed=lambda: older_than('mmagic', '1.2.1') or older_than('mmsegmentation', '1.2.3'),
    patches={},
    preparations=dict.fromkeys(_DEFERRED, _give_import),
    cured='SciPy, LPIPS and PyAV are imported by the parts of the toolbox that use them',
    sound='the installed toolbox was not checked for imports that few need',
)
