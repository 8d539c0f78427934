"""What a config asks of this machine and its environment: packages of the visualizer, devices."""

import importlib.util
import os
import sys
from collections.abc import Iterator
from typing import Any

import torch
from mmengine.config import Config
from mmengine.device import get_device

from ...errors import ConfigError

# Backend of the visualizer -> its packages, as they are imported.
_PACKAGES = {
    'TensorboardVisBackend': ('tensorboard',),
    'WandbVisBackend': ('wandb',),
    'MLflowVisBackend': ('mlflow',),
    'ClearMLVisBackend': ('clearml',),
    'NeptuneVisBackend': ('neptune',),
    'DVCLiveVisBackend': ('dvclive', 'pygit2'),
    'AimVisBackend': ('aim',),
    'PaviVisBackend': ('pavi',),
}


def check_machine(cfg: Config) -> None:
    """Look whether packages and devices that a run asks for are there.

    Raises:
        ConfigError: One is not.
    """
    for kind in _backends(cfg.get('visualizer')):
        lacking = [name for name in _PACKAGES.get(kind, ()) if not _is_there(name)]
        if lacking:
            raise ConfigError(
                f'visualizer.vis_backends: {kind} needs a package that is not installed: '
                f'pip install {" ".join(lacking)}, or take it out'
            )
    _check_devices(cfg)


def _is_there(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    # A module that was put into sys.modules by hand has no spec.
    except ValueError:
        return True


def _backends(visualizer: Any) -> Iterator[str]:
    """Names of the backends' classes, without scopes."""
    backends = visualizer.get('vis_backends') if isinstance(visualizer, dict) else None
    for backend in [backends] if isinstance(backends, dict) else backends or ():
        kind = backend.get('type') if isinstance(backend, dict) else type(backend)
        yield getattr(kind, '__name__', None) or str(kind).rpartition('.')[2]


def _check_devices(cfg: Config) -> None:
    on_cpu, count = get_device() == 'cpu', torch.cuda.device_count()
    wrapper = cfg.get('optim_wrapper') or {}
    for name, part in {'optim_wrapper': wrapper, **wrapper}.items():
        kind = str(part.get('type')) if isinstance(part, dict) else ''
        if on_cpu and kind.endswith('AmpOptimWrapper'):
            raise ConfigError(
                f'{name}.type: AmpOptimWrapper needs a GPU, and torch sees none here; take '
                'Bfloat16OptimWrapper, or OptimWrapper with --amp, which chooses by itself'
            )
    asked = cfg.get('device')
    if asked is not None:
        _check_asked(str(asked), count)
    local_rank = int(os.environ.get('LOCAL_RANK', 0))
    if not on_cpu and count and local_rank >= count and cfg.get('launcher', 'none') != 'none':
        raise ConfigError(
            f'process {local_rank} of this machine (from 0 on) asks for cuda:{local_rank}, but '
            f'torch sees {count} GPUs here; start {count} processes on each machine'
        )
    visible = os.environ.get('CUDA_VISIBLE_DEVICES', '')
    if on_cpu and visible.strip() not in ('', '-1', 'NoDevFiles') and local_rank == 0:
        print(
            f'warning: CUDA_VISIBLE_DEVICES={visible} asks for a GPU, but torch sees none; this '
            'runs on the CPU',
            file=sys.stderr,
        )


def _check_asked(device: str, count: int) -> None:
    """An entry ``device`` of a config, which MMEngine does not read.

    Raises:
        ConfigError: The run would not be there.
    """
    kind, _, index = device.partition(':')
    if kind == 'cuda' and int(index or 0) >= count:
        raise ConfigError(
            f'the config asks for device={device!r}, but torch sees {count} GPUs here'
        )
    if kind != get_device() or int(index or 0):
        raise ConfigError(
            f'the config asks for device={device!r}, but a run takes {get_device()!r} by itself; '
            'take the entry out, and choose with the variable CUDA_VISIBLE_DEVICES (empty: the CPU)'
        )
