"""Stand-ins for the contents of a package that is not there.

A stand-in is a class, whatever it stands for, because MMagic inherits from some, takes the
attributes of others and writes all of them into annotations. It can be passed on and named; to use
it (to call it, to build it or a subclass of it, to ask whether something is an instance of it)
raises the one error.
"""

import functools
from abc import ABCMeta
from collections.abc import Callable
from typing import Any, NoReturn

from ..errors import UserError
from ._companions import COMPANIONS

# What MMagic calls while its modules are imported, and what it gets.
_CALLED_AT_IMPORT: dict[str, Callable[..., Any]] = {
    'is_xformers_available': lambda: False,
    'register_to_config': lambda function: function,  # a decorator
}

# What diffusers 0.24 has in these places: MMagic registers everything that it finds there.
_LISTED = {
    'diffusers.models': """
        AsymmetricAutoencoderKL AutoencoderKL AutoencoderKLTemporalDecoder AutoencoderTiny
        ConsistencyDecoderVAE ControlNetModel DualTransformer2DModel Kandinsky3UNet MotionAdapter
        MultiAdapter PriorTransformer T2IAdapter T5FilmDecoder Transformer2DModel
        TransformerTemporalModel UNet1DModel UNet2DConditionModel UNet2DModel UNet3DConditionModel
        UNetMotionModel UNetSpatioTemporalConditionModel VQModel
    """,
    'diffusers.schedulers': """
        CMStochasticIterativeScheduler ConsistencyDecoderScheduler DDIMInverseScheduler
        DDIMParallelScheduler DDIMScheduler DDPMParallelScheduler DDPMScheduler
        DDPMWuerstchenScheduler DEISMultistepScheduler DPMSolverMultistepInverseScheduler
        DPMSolverMultistepScheduler DPMSolverSDEScheduler DPMSolverSinglestepScheduler
        EulerAncestralDiscreteScheduler EulerDiscreteScheduler HeunDiscreteScheduler
        IPNDMScheduler KDPM2AncestralDiscreteScheduler KDPM2DiscreteScheduler KarrasVeScheduler
        LCMScheduler LMSDiscreteScheduler PNDMScheduler RePaintScheduler ScoreSdeVeScheduler
        ScoreSdeVpScheduler UnCLIPScheduler UniPCMultistepScheduler VQDiffusionScheduler
    """,
    'diffusers.pipelines': 'DiffusionPipeline',
}
# The same class under two names.
_SAME = {'diffusers.pipelines.DiffusionPipeline': 'diffusers.DiffusionPipeline'}

# Packages whose version fits and that still did not import -> what they said.
broken: dict[str, str] = {}


class MissingCompanionError(UserError, ImportError):
    """Part of MMagic was used whose package is not there, or not in a version that works."""


class _StandIn(type):
    """Metaclass of stand-ins, and so of MMagic's classes that inherit from one."""

    def __call__(cls, *args: Any, **kwargs: Any) -> NoReturn:
        raise _error(cls)

    def __getattr__(cls, name: str) -> Any:
        # Python asks classes for special names, and takes what it gets for an answer.
        if name.startswith('__') and name.endswith('__'):
            raise AttributeError(f'{cls!r} has no attribute {name!r}')
        if name in _CALLED_AT_IMPORT:
            return _CALLED_AT_IMPORT[name]
        return stand_in(f'{_path(cls)}.{name}')

    def __dir__(cls) -> list[str]:
        return _LISTED.get(_path(cls), '').split()

    def __instancecheck__(cls, instance: object) -> bool:
        # Nothing can be an instance; a silent False would let MMagic skip what it should do.
        raise _error(cls)


class _AbstractStandIn(_StandIn, ABCMeta):
    """The same, compatible with abstract base classes beside it."""


@functools.cache
def stand_in(path: str) -> type:
    """The stand-in of a full name, the same one each time."""
    if path in _SAME:
        return stand_in(_SAME[path])
    parent, _, name = path.rpartition('.')
    return _AbstractStandIn(name, (), {'__module__': parent, '_missing_path': path})


def _path(cls: type) -> str:
    return cls._missing_path


def _error(cls: type) -> MissingCompanionError:
    path = _path(cls)
    companion = COMPANIONS[path.partition('.')[0]]
    user = path if '_missing_path' in vars(cls) else f'{cls.__module__}.{cls.__name__}'
    found = broken.get(companion.module) or companion.lack
    return MissingCompanionError(
        f'{user} needs {companion.wanted}, but {found}: pip install -r requirements/companions.txt '
        'into an environment with Python 3.10 to 3.12'
    )
