"""Which errors of the toolbox and of the machine a user can mend, in one sentence.

This project's own are :class:`~projects.ecgan.errors.UserError`.
"""

import errno
import traceback

import torch
from mmengine.visualization import BaseVisBackend
from torch import distributed

from ..errors import one_line

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# MMEngine's functions that call constructors with settings of a config.
_BUILDERS = ('build_from_cfg', 'build_dataloader')
# What gloo's message names when another process of the run has gone away.
_LOST_PEER = 'gloo/transport'


def explain(error: BaseException) -> str | None:
    """Say in one sentence what a user has to mend.

    Args:
        error: What ended a run.

    Returns:
        The sentence; None for a defect, which is to show its traceback.
    """
    if isinstance(error, torch.cuda.OutOfMemoryError):
        return (
            f'{one_line(error)} - take a smaller train_dataloader.batch_size, --amp, or '
            'model.generator.trunk.recompute (docs/train.md)'
        )
    if not _is_full(error) and (backend := _failing_backend(error)):
        return (
            f'the {backend} of the visualizer failed: {one_line(error)} - mend that, or take it '
            'out of visualizer.vis_backends'
        )
    if isinstance(error, OSError):
        place = f': {error.filename}' if error.filename else ''
        what = error.strerror or one_line(error)
        return f'{what}{place}' + ('; make room there' if _is_full(error) else '')
    if isinstance(error, ValueError) and 'loaded state dict' in str(error):
        return (
            f'the checkpoint is of another optimiser: {one_line(error)} - resume with the config '
            'that it was trained with, or begin anew with its weights (load_from)'
        )
    if isinstance(error, TypeError | ValueError) and (part := _refusing_part(error)):
        return f'the config does not fit: {one_line(error)} (a setting of {part})'
    if _LOST_PEER in str(error) or isinstance(error, _network_errors()):
        return 'another process of this run has ended; what it says is the reason'
    return None


def _is_full(error: BaseException) -> bool:
    return isinstance(error, OSError) and error.errno in _FULL


def _failing_backend(error: BaseException) -> str | None:
    """The visualizer's backend (W&B, MLflow...) in which an error was raised."""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        for value in (frame.f_locals.get('self'), frame.f_locals.get('obj')):
            if isinstance(value, BaseVisBackend):
                return type(value).__name__
    return None


def _refusing_part(error: BaseException) -> str | None:
    """The part of a config that could not be made with its settings.

    It was called with arguments that it does not take, or its constructors refuse a value.
    """
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    while frames and frames[-1].f_code.co_name == '__init__':
        frames.pop()
    if not frames or frames[-1].f_code.co_name not in _BUILDERS:
        return None
    return getattr(frames[-1].f_locals.get('obj_cls'), '__name__', 'a data loader')


def _network_errors() -> tuple[type[BaseException], ...]:
    names = ('DistBackendError', 'DistNetworkError')
    return tuple(getattr(distributed, name) for name in names if hasattr(distributed, name))
