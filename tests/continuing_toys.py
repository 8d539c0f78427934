"""A run of ``ecgan train`` in this process that takes a blink, and what its optimiser did."""

import random
from pathlib import Path
from typing import Any

import torch
from mmengine.hooks import Hook
from mmengine.model import BaseModel
from mmengine.registry import DATASETS, HOOKS, MODELS
from torch import nn
from toy_runner import NoisyData

from projects.ecgan.commands import train
from projects.ecgan.compat.safe_checkpoints import safe_load

CONFIG = """
default_scope = 'mmengine'
model = dict(
    type='ContinuingToy', body=dict(type='ToyBody', width=2), pixel_loss=dict(loss_weight=1.0),
    ema_config=dict(type='ExponentialMovingAverage', momentum=0.1))
train_dataloader = dict(
    batch_size=2, num_workers=0, sampler=dict(type='InfiniteSampler', shuffle=True),
    dataset=dict(type='ContinuingData', length=10), collate_fn=dict(type='pseudo_collate'))
train_cfg = dict(type='IterBasedTrainLoop', max_iters=4, val_interval=100)
optim_wrapper = dict(
    type='OptimWrapper', optimizer=dict(type='Adam', lr=0.01, betas=(0.5, 0.9), weight_decay=0.0))
param_scheduler = dict(
    type='LinearLR', by_epoch=False, start_factor=1.0, end_factor=0.0, begin=2, end=4)
default_hooks = dict(
    checkpoint=dict(type='CheckpointHook', interval=2, by_epoch=False),
    logger=dict(type='LoggerHook', interval=1))
custom_hooks = [dict(type='RecordingHook')]
randomness = dict(seed=3)
log_processor = dict(by_epoch=False)
"""


@MODELS.register_module(force=True)
class ToyBody(nn.Linear):
    """What carries the width."""

    def __init__(self, width: int) -> None:
        super().__init__(4, width)
        nn.init.constant_(self.weight, 0.1)
        nn.init.zeros_(self.bias)


@MODELS.register_module(force=True)
class OtherBody(ToyBody):
    """The same tensors, another network."""


@MODELS.register_module(force=True)
class ContinuingToy(BaseModel):
    """A body, a weighted loss, a moving average."""

    def __init__(
        self, body: dict, pixel_loss: dict, ema_config: dict | None = None, scale: float = 1.0
    ) -> None:
        super().__init__()
        self.body = MODELS.build(body)
        self.loss_weight, self.scale = pixel_loss['loss_weight'], scale
        if ema_config is not None:
            self.body_ema = MODELS.build(ema_config, default_args=dict(model=self.body))

    def forward(self, inputs: list[torch.Tensor], mode: str = 'tensor') -> Any:
        output = nn.functional.dropout(self.body(torch.stack(inputs)), 0.5, training=self.training)
        if mode == 'loss':
            if hasattr(self, 'body_ema'):
                self.body_ema.update_parameters(self.body)
            return {'loss': self.loss_weight * self.scale * output.square().mean()}
        return list(output)


@DATASETS.register_module(force=True)
class ContinuingData(NoisyData):
    """Noise, of any length."""

    def __init__(self, length: int) -> None:
        self.length = length

    def __len__(self) -> int:
        return self.length


@HOOKS.register_module(force=True)
class RecordingHook(Hook):
    """Keeps what the optimiser, the loss and the average have in each iteration."""

    seen: dict[int, dict[str, Any]] = {}

    def after_train_iter(
        self, runner: Any, batch_idx: int, data_batch: Any = None, outputs: Any = None
    ) -> None:
        (group,) = runner.optim_wrapper.optimizer.param_groups
        model = runner.model
        self.seen[runner.iter + 1] = dict(
            {key: value for key, value in group.items() if key != 'params'},
            weight=model.body.weight.detach().clone(),
            loss=outputs['loss'].item(),
            loss_weight=model.loss_weight,
            momentum=getattr(model, 'body_ema', None) and model.body_ema.momentum,
            samples=len(data_batch['inputs']),
            wrapper=type(runner.optim_wrapper).__name__,
            accumulated=runner.optim_wrapper._accumulative_counts,
        )


def run(work_dir: Path, *arguments: str, config: str = CONFIG) -> tuple[int, dict[int, dict]]:
    """Train as ``ecgan train CONFIG --work-dir WORK_DIR ARGUMENTS`` does.

    Options of the config come after ``--cfg-options``.

    Returns:
        The status, and by iteration what the optimiser had.
    """
    RecordingHook.seen = {}
    path = work_dir.parent / 'toy.py'
    path.write_text(config)
    name = f'experiment_name=toy{random.SystemRandom().getrandbits(60)}'
    split = arguments.index('--cfg-options') if '--cfg-options' in arguments else len(arguments)
    options = ['--cfg-options', name, *arguments[split + 1 :]]
    status = train.main([str(path), '--work-dir', str(work_dir), *arguments[:split], *options])
    return status, RecordingHook.seen


def resume(work_dir: Path, *options: str, config: str = CONFIG) -> tuple[int, dict[int, dict]]:
    """Go on with other options of the config."""
    return run(work_dir, '--resume', '--cfg-options', *options, config=config)


def load(work_dir: Path, iteration: int) -> dict[str, Any]:
    """A checkpoint of a run."""
    return safe_load(work_dir / f'iter_{iteration}.pth', 'cpu')
