"""A tiny ECGAN and batches for it."""

import copy
import functools
from collections.abc import Callable, Iterable
from pathlib import Path

import fresh_process
import torch
from mmagic.engine.optimizers import MultiOptimWrapperConstructor
from mmagic.registry import MODELS
from mmengine.config import Config
from mmengine.logging import MessageHub
from mmengine.optim import OptimWrapper, OptimWrapperDict
from torch import nn

from projects.ecgan.datasets import SCENE_CLASSES, SCENE_PALETTE
from projects.ecgan.models import ECGAN

SMOKE = 'configs/ecgan/ecgan_smoke_1xb2-2iters_scenes-64x64.py'
# Changes of the model that leave its label generator and its contrast out.
BARE = dict(label_generator=None, similarity_loss=None, contrast_loss=None)
NUM_CLASSES = 4
SIZE = 32


@MODELS.register_module(force=True)
class Brightness(nn.Module):
    """A perceptual loss of two features, the value of a picture and its square."""

    def __init__(self):
        super().__init__()
        self.passes = []

    def extract(self, images):
        self.passes.append(len(images))
        return [images.mean((1, 2, 3)), images.mean((1, 2, 3)) ** 2]

    def forward(self, features, targets):
        return sum((a - b).abs().mean() for a, b in zip(features, targets, strict=True))


def build_model(repo_root: Path, seed: int = 0, **changes) -> ECGAN:
    """The recipes' model at width 4, losses and all, without pretrained parts."""
    if changes:
        return _build(repo_root, seed, **changes)
    model, random_state = _built(repo_root, seed)
    torch.set_rng_state(random_state)
    return copy.deepcopy(model)


@functools.cache
def _built(repo_root: Path, seed: int) -> tuple[ECGAN, torch.Tensor]:
    """The model without changes, and the random state that building it leaves."""
    return _build(repo_root, seed), torch.get_rng_state()


def _build(repo_root: Path, seed: int, **changes) -> ECGAN:
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
    cfg = Config.fromfile(repo_root / 'configs/_base_/optimizers/adam_two_rates.py').optim_wrapper
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


def step_with_sgd(model: ECGAN, batch: dict, iteration: int = 0) -> None:
    """An iteration in which the discriminator alone moves much, by its plain gradient."""
    MessageHub.get_current_instance().update_info('iter', iteration)
    wrappers = OptimWrapperDict(
        generator=OptimWrapper(torch.optim.SGD(model.generator.parameters(), lr=1e-9)),
        discriminator=OptimWrapper(torch.optim.SGD(model.discriminator.parameters(), lr=1.0)),
    )
    model.train_step(batch, wrappers)


def step_as_one_of_two(model: ECGAN) -> tuple[ECGAN, int]:
    """One iteration of one of two ranks, each with half of the batch: the model, and the rank."""
    import torch.distributed as dist
    from mmengine.model import MMSeparateDistributedDataParallel

    dist.init_process_group('gloo')
    rank = dist.get_rank()
    wrapped = MMSeparateDistributedDataParallel(model, broadcast_buffers=False)
    half = {k: v[2 * rank : 2 * rank + 2] for k, v in make_batch(4)['inputs'].items()}
    step_with_sgd(wrapped.module, dict(inputs=half))
    dist.destroy_process_group()
    return wrapped.module, rank


def saved_by_two_ranks(of_a_rank: Callable, repo_root: Path, tmp_path: Path) -> list[torch.Tensor]:
    """What a function of the repository's root and a file saves there, run by two ranks."""
    out, log = tmp_path / 'weights.pth', tmp_path / 'rank.log'
    codes = fresh_process.run_distributed(of_a_rank, repo_root, str(out), log=log)
    assert codes == [0, 0], (tmp_path / 'rank_0.log').read_text()[-2000:]
    return torch.load(out, weights_only=True)


def assert_same_steps(before: nn.Module, found: Iterable[torch.Tensor], after: nn.Module) -> None:
    """Weights moved alike, each as closely as its own step was long."""
    for start, a, b in zip(before.parameters(), found, after.parameters(), strict=True):
        step = (b - start).abs().max().item()
        torch.testing.assert_close(a, b.detach(), rtol=1e-3, atol=2e-3 * step + 1e-6)


def build_loud(cfg: Config, factor: float = 30) -> ECGAN:
    """The model of a config, with pictures that tell layouts apart: the papers' gain is small."""
    torch.manual_seed(0)
    model = MODELS.build(cfg.model)
    model.init_weights()
    with torch.no_grad():
        for parameter in model.sampling_generator.parameters():
            parameter.mul_(factor)
    return model


def save_model(model: ECGAN, cfg: Config, path: Path, **dataset_meta) -> Path:
    """A checkpoint as a training leaves it: weights, config, what is known of the data set."""
    meta = dict(cfg=cfg.pretty_text, dataset_meta=dataset_meta)
    torch.save(dict(meta=meta, state_dict=model.state_dict()), path)
    return path


def write_checkpoint(repo_root: Path, folder: Path, **generator) -> Path:
    """A checkpoint of the smoke recipe as a training leaves it: weights, config, palette.

    ``generator``: what its generator has beside that of the recipe.
    """
    cfg = Config.fromfile(repo_root / SMOKE)
    cfg.merge_from_dict(dict(model=dict(generator=dict(init_gain=0.02, **generator))))
    palette = [list(colour) for colour in SCENE_PALETTE]
    path = folder / 'iter_2.pth'
    return save_model(build_loud(cfg), cfg, path, classes=SCENE_CLASSES, palette=palette)
