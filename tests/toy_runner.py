"""A small real Runner: a model with dropout, a data set with random augmentation, validation."""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.evaluator import BaseMetric
from mmengine.model import BaseModel
from mmengine.runner import Runner
from torch import nn
from torch.utils.data import Dataset

import projects.ecgan  # noqa: F401  (applies the compatibility modules, registers the hook)


class NoisyData(Dataset):
    """Sample i is i plus noise from all three generators; nothing repeats by itself."""

    metainfo = {'classes': ('a', 'b')}

    def __len__(self) -> int:
        return 10

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        noise = random.random() + np.random.rand() + torch.rand(()).item()
        return {'inputs': torch.full((4,), index + noise / 3)}


class ToyModel(BaseModel):
    """A linear layer with dropout."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 2)
        # A model is built before the runner sets its seed: start from fixed weights.
        nn.init.constant_(self.layer.weight, 0.1)
        nn.init.zeros_(self.layer.bias)

    def forward(self, inputs: list[torch.Tensor], mode: str = 'tensor') -> Any:
        batch = torch.stack(inputs)
        output = nn.functional.dropout(self.layer(batch), 0.5, training=self.training)
        if mode == 'loss':
            return {'loss': output.square().mean(), 'input_mean': batch.mean()}
        return list(output)


class Score(BaseMetric):
    """A score that rises by one with each validation."""

    default_prefix = 'toy'

    def __init__(self) -> None:
        super().__init__()
        self.rounds = 0

    def process(self, data_batch: Any, data_samples: Sequence[Any]) -> None:
        random.random()
        np.random.rand()
        torch.rand(1)
        self.results.append(0)

    def compute_metrics(self, results: list) -> dict[str, float]:
        self.rounds += 1
        return {'score': float(self.rounds)}


def loader(workers: int, endless: bool, shuffle: bool = True) -> dict[str, Any]:
    return dict(
        dataset=NoisyData(),
        sampler=dict(type='InfiniteSampler' if endless else 'DefaultSampler', shuffle=shuffle),
        batch_size=2,
        num_workers=workers,
        persistent_workers=workers > 0,
        collate_fn=dict(type='pseudo_collate'),
    )


def build_runner(
    work_dir: Path | str,
    iterations: int = 6,
    workers: int = 0,
    endless: bool = True,
    by_epoch: bool = False,
    seed: int | None = 3,
    load_from: str | None = None,
    resume: bool = False,
    validate: bool = True,
    hook: bool = True,
    accumulate: int = 1,
    custom_hooks: Sequence[Any] = (),
    **checkpoint: Any,
) -> Runner:
    """A runner that saves every 2 iterations (or epochs) and validates after the same number."""
    loop = (
        dict(by_epoch=True, max_epochs=iterations, val_interval=2)
        if by_epoch
        else dict(by_epoch=False, max_iters=iterations, val_interval=2)
    )
    validation = dict(
        val_dataloader=loader(0, endless=False, shuffle=False),
        val_cfg=dict(),
        val_evaluator=dict(type='Evaluator', metrics=[Score()]),
    )
    return Runner(
        model=ToyModel(),
        work_dir=str(work_dir),
        train_dataloader=loader(workers, endless),
        train_cfg=loop,
        optim_wrapper=dict(optimizer=dict(type='Adam', lr=0.01), accumulative_counts=accumulate),
        param_scheduler=dict(type='LinearLR', start_factor=0.1, end=4, by_epoch=by_epoch),
        default_hooks=dict(
            checkpoint=dict(type='CheckpointHook', interval=2, by_epoch=by_epoch, **checkpoint),
            logger=dict(type='LoggerHook', interval=1),
        ),
        custom_hooks=[*[dict(type='mmagic.RandomStateHook')] * hook, *custom_hooks],
        randomness=dict(seed=seed),
        load_from=load_from,
        resume=resume,
        log_processor=dict(by_epoch=by_epoch),
        default_scope='mmengine',
        experiment_name=str(work_dir).replace('/', '_') + f'_{random.getrandbits(64)}',
        **(validation if validate else {}),
    )


def assert_equal_runs(first: dict[str, Any], second: dict[str, Any]) -> None:
    for key, value in first['state_dict'].items():
        assert torch.equal(value, second['state_dict'][key]), key
    for key in ('loss', 'input_mean'):
        histories = [
            run['message_hub']['log_scalars'][f'train/{key}'].data[0] for run in (first, second)
        ]
        assert histories[0].tolist() == histories[1].tolist()
    assert torch.equal(first['random_state'][0]['torch'], second['random_state'][0]['torch'])
    assert torch.equal(first['random_state'][0]['python'], second['random_state'][0]['python'])
    assert torch.equal(first['random_state'][0]['numpy'], second['random_state'][0]['numpy'])


def disturb() -> None:
    """Another process would have other states: move all three generators."""
    random.seed(99)
    np.random.seed(99)
    torch.manual_seed(99)


def train_and_die_while_saving(work_dir: str, stage: str, stock: bool) -> None:
    """A job: train until the second checkpoint, and kill this process while it is saved.

    Args:
        work_dir: Where the checkpoints go; one of them is kept.
        stage: 'serialise' before anything is written, 'write' in the middle of the file.
        stock: Save as MMEngine does, without the compatibility module.
    """
    import os
    import signal

    from mmengine.fileio import LocalBackend
    from mmengine.hooks import CheckpointHook

    if stock:
        for name in ('before_train', '_save_checkpoint_with_step', '_save_best_checkpoint'):
            setattr(CheckpointHook, name, getattr(CheckpointHook, name).__wrapped__)

        def put(self: Any, obj: bytes, filepath: str) -> None:
            with open(filepath, 'wb') as file:
                file.write(obj[: len(obj) // 2])
                file.flush()
                os.fsync(file.fileno())
                file.write(obj[len(obj) // 2 :])

        LocalBackend.put = put
    module, name = (torch, 'save') if stage == 'serialise' else (os, 'fsync')
    original, runner = getattr(module, name), None

    def die_at_second_checkpoint(*args: Any, **kwargs: Any) -> Any:
        if runner.iter >= 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*args, **kwargs)

    setattr(module, name, die_at_second_checkpoint)
    runner = build_runner(work_dir, validate=False, max_keep_ckpts=1)
    runner.train()
