"""A tiny Pix2Pix on layouts, MMagic's or this project's; batches are those of ``ecgan_toys``."""

from pathlib import Path
from typing import Any

import torch
from ecgan_toys import NUM_CLASSES
from mmagic.engine.optimizers import MultiOptimWrapperConstructor
from mmagic.registry import MODELS
from mmengine.config import Config
from mmengine.logging import MessageHub
from mmengine.optim import OptimWrapperDict
from mmengine.registry import DefaultScope
from torch import nn

CHANNELS = NUM_CLASSES + 1


def build_pix2pix(repo_root: Path, type: str = 'LayoutPix2Pix', seed: int = 0, **changes) -> Any:
    """The recipes' Pix2Pix at width 4 for pictures of 32 x 32, without dropout."""
    MessageHub.get_current_instance().update_info('iter', 0)
    cfg = Config.fromfile(repo_root / 'configs/_base_/models/pix2pix.py')
    small = {
        'type': type,
        'data_preprocessor.num_classes': NUM_CLASSES,
        'data_preprocessor.with_boundary': True,
        'generator.in_channels': CHANNELS,
        'generator.base_channels': 4,
        'generator.num_down': 5,
        'generator.use_dropout': False,
        'discriminator.in_channels': CHANNELS + 3,
        'discriminator.base_channels': 4,
        **changes,
    }
    cfg.merge_from_dict({f'model.{key}': value for key, value in small.items()})
    model = build_in_scope(cfg.model, seed)
    model.init_weights()
    return model


def build_in_scope(config: dict, seed: int = 0) -> nn.Module:
    """Build as a run does: MMagic's parts look theirs up in its scope."""
    torch.manual_seed(seed)
    with DefaultScope.overwrite_default_scope('mmagic'):
        return MODELS.build(config)


def build_optimizers(
    repo_root: Path, model: nn.Module, type: str = 'OptimWrapper'
) -> OptimWrapperDict:
    """The recipes' two optimisers, in wrappers of a type."""
    cfg = Config.fromfile(repo_root / 'configs/_base_/optimizers/adam_one_rate.py').optim_wrapper
    cfg.pop('constructor')
    for part in cfg.values():
        part.type = type
    return MultiOptimWrapperConstructor(cfg)(model)
