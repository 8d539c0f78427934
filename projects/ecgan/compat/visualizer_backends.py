"""Backends of the visualizer that do not take what MMEngine's hooks give them.

Versions: mmengine <= 0.10.7, mmagic <= 1.2.0.
Upstream: no report found; the code is ``mmengine/visualization/vis_backend.py`` and
``mmagic/visualization/vis_backend.py``.

* MLflow writes a picture as a file of its name: hooks give names without a format ("unknown file
  extension"), and each picture replaced the last one. Here it is ``NAME_000400.png``, 400 being the
  iteration. Keys of a config that are numbers, and names of results with signs that MLflow refuses
  (``IoU.car (parked)``), ended the run. MLflow 3 refuses folders as stores, MMEngine's default,
  unless ``MLFLOW_ALLOW_FILE_STORE`` allows them, which it does here.
* W&B counted the calls in place of the iterations. Here its step is the iteration, for pictures
  too; what comes late (a validation that counts epochs) is put to the newest step.
"""

import os
import re
from collections.abc import Callable
from pathlib import PurePosixPath
from types import ModuleType
from typing import Any

from ._defect import Defect

# What MLflow takes in names, of files too.
_REFUSED = re.compile(r'[^\w\-./: ]')


def _patch_mlflow(backend: type) -> None:
    init_env, flatten = backend._init_env, backend._flatten
    add_image, add_scalars, add_scalar = backend.add_image, backend.add_scalars, backend.add_scalar

    def allow_folders(self: Any) -> None:
        if self._tracking_uri is None:
            os.environ.setdefault('MLFLOW_ALLOW_FILE_STORE', 'true')
        init_env(self)

    def with_texts(self: Any, d: dict, *args: Any, **kwargs: Any) -> dict:
        return flatten(self, {_clean(str(k)): v for k, v in d.items()}, *args, **kwargs)

    def as_file(self: Any, name: str, image: Any, step: int = 0, **kwargs: Any) -> None:
        path = PurePosixPath(_clean(name))
        known = path.suffix.lower() in ('.png', '.jpg', '.jpeg')
        stem, suffix = (path.with_suffix(''), path.suffix) if known else (path, '.png')
        add_image(self, f'{stem}_{step:06d}{suffix}', image, step, **kwargs)

    def scalar(self: Any, name: str, value: Any, step: int = 0, **kwargs: Any) -> None:
        add_scalar(self, _clean(name), value, step, **kwargs)

    def scalars(self: Any, scalar_dict: dict, step: int = 0, *args: Any, **kwargs: Any) -> None:
        named = {_clean(name): value for name, value in scalar_dict.items()}
        add_scalars(self, named, step, *args, **kwargs)

    backend._init_env, backend._flatten = allow_folders, with_texts
    backend.add_image, backend.add_scalar, backend.add_scalars = as_file, scalar, scalars


def _clean(name: str) -> str:
    return _REFUSED.sub('_', name)


class _AtStep:
    """W&B's module, whose ``log`` writes at a step."""

    def __init__(self, wandb: Any, step: int) -> None:
        self.wandb, self.step = wandb, step

    def log(self, values: dict, commit: bool | None = None) -> None:
        # A committed step takes no more values, and several hooks write at one iteration.
        newest = getattr(self.wandb.run, 'step', None)
        # A run that is off, and what MMagic's own tests put in its place, counts no steps.
        step = max(self.step, newest) if isinstance(newest, int) else self.step
        self.wandb.log(values, step=step)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.wandb, name)


def _patch_wandb(backend: type) -> None:
    for name in ('add_image', 'add_scalar', 'add_scalars'):
        if name in vars(backend):
            setattr(backend, name, _at_step(getattr(backend, name)))


def _at_step(method: Callable) -> Callable:
    def at_step(self: Any, what: Any, *args: Any, **kwargs: Any) -> None:
        # add_scalars(values, step), the others (name, value, step).
        before = 0 if isinstance(what, dict) else 1
        step = kwargs.get('step', args[before] if len(args) > before else 0)
        module = self.experiment
        self._wandb = _AtStep(module, step)
        try:
            method(self, what, *args, **kwargs)
        finally:
            self._wandb = module

    return at_step


def _patch_mmengine(module: ModuleType) -> None:
    _patch_mlflow(module.MLflowVisBackend)
    _patch_wandb(module.WandbVisBackend)


DEFECT = Defect(
    name='visualizer_backends',
    versions='mmengine <= 0.10.7, onedl-mmengine <= 0.10.12, mmagic <= 1.2.0',
    patches={
        'mmengine.visualization.vis_backend': _patch_mmengine,
        'mmagic.visualization.vis_backend': lambda module: _patch_wandb(module.WandbVisBackend),
    },
    cured='MLflow takes the pictures of hooks, W&B their iterations',
)
