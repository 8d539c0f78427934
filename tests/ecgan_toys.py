"""A tiny ECGAN and batches for it."""

from pathlib import Path

import torch
from mmagic.engine.optimizers import MultiOptimWrapperConstructor
from mmagic.registry import MODELS
from mmengine.config import Config
from mmengine.optim import OptimWrapperDict

from projects.ecgan.datasets import SCENE_CLASSES, SCENE_PALETTE
from projects.ecgan.models import ECGAN

SMOKE = 'configs/ecgan/ecgan_smoke_1xb2-2iters_scenes-64x64.py'
NUM_CLASSES = 4
SIZE = 32


def build_model(repo_root: Path, seed: int = 0, **changes) -> ECGAN:
    """The recipes' model at width 4, losses and all, without pretrained parts."""
    cfg = Config.fromfile(repo_root / 'configs/_base_/models/ecgan.py')
    small = {
        'data_preprocessor.num_classes': NUM_CLASSES,
        'data_preprocessor.with_boundary': True,
        'generator.base_channels': 4,
        'discriminator.base_channels': 4,
        'label_generator.base_channels': 8,
        'contrast_loss.embedding_channels': 16,
        'perceptual_loss': None,
        **changes,
    }
    cfg.merge_from_dict({f'model.{key}': value for key, value in small.items()})
    torch.manual_seed(seed)
    model = MODELS.build(cfg.model)
    model.init_weights()
    return model


def build_optimizers(repo_root: Path, model: ECGAN, type: str = 'OptimWrapper') -> OptimWrapperDict:
    """The recipes' two optimisers, in wrappers of a type."""
    cfg = Config.fromfile(repo_root / 'configs/_base_/schedules/ttur_400iters.py').optim_wrapper
    cfg.pop('constructor')
    for part in cfg.values():
        part.type = type
    return MultiOptimWrapperConstructor(cfg)(model)


def make_batch(count: int = 2, seed: int = 0) -> dict:
    """What the data loader gives for ``count`` random layouts of few large regions."""
    generator = torch.Generator().manual_seed(seed)

    def draw(high: int, *shape: int) -> torch.Tensor:
        return torch.randint(0, high, shape, generator=generator)

    def coarse(high: int) -> torch.Tensor:
        small = draw(high, SIZE // 8, SIZE // 8)
        return small.repeat_interleave(8, 0).repeat_interleave(8, 1)

    return dict(
        inputs=dict(
            label=[coarse(NUM_CLASSES) for _ in range(count)],
            boundary=[coarse(2).byte() for _ in range(count)],
            image=[draw(256, 3, SIZE, SIZE).byte() for _ in range(count)],
            edge=[draw(2, 1, SIZE, SIZE).byte() * 255 for _ in range(count)],
        )
    )


def write_checkpoint(repo_root: Path, folder: Path, **generator) -> Path:
    """A checkpoint of the smoke recipe as a training leaves it: weights, config, palette.

    ``generator``: what its generator has beside that of the recipe.
    """
    cfg = Config.fromfile(repo_root / SMOKE)
    cfg.merge_from_dict(dict(model=dict(generator=dict(init_gain=0.02, **generator))))
    torch.manual_seed(0)
    model = MODELS.build(cfg.model)
    model.init_weights()
    # The papers' small gain leaves pictures grey: make them tell layouts apart.
    with torch.no_grad():
        for parameter in model.generator_ema.parameters():
            parameter.mul_(30)
    path = folder / 'iter_2.pth'
    meta = dict(
        cfg=cfg.pretty_text,
        dataset_meta=dict(classes=SCENE_CLASSES, palette=[list(c) for c in SCENE_PALETTE]),
    )
    torch.save(dict(meta=meta, state_dict=model.state_dict()), path)
    return path
