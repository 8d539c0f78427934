"""The visualisation hook in real runs."""

import cv2
import numpy as np
import pytest
import torch
from mmagic.structures import DataSample
from mmengine.model import BaseModel
from mmengine.runner import Runner
from torch import nn

from projects.ecgan.engine.hooks import LayoutVisualizationHook


class _Painter(BaseModel):
    """Learns one colour; draws random numbers in training, and in eval mode too."""

    def __init__(self):
        super().__init__()
        self.colour = nn.Parameter(torch.zeros(3, 1, 1))
        self.norm = nn.BatchNorm2d(3)
        self.frozen = nn.Dropout()
        self.modes = []

    def train(self, mode=True):
        super().train(mode)
        if hasattr(self, 'frozen'):
            self.frozen.training = False
        return self

    def forward(self, inputs, data_samples=None, mode='tensor'):
        images = torch.stack(inputs['image']).float() / 255
        if mode == 'loss':
            assert self.training and self.norm.training and not self.frozen.training
            noise = torch.rand(1).item() + np.random.rand()
            return {'loss': (self.norm(images) * self.colour + noise).pow(2).mean()}
        return images

    def val_step(self, data):
        assert not torch.is_grad_enabled()
        self.modes.append((self.training, self.norm.training))
        torch.rand(7)
        np.random.rand(5)
        # As MMagic's Pix2Pix, which generates in training mode.
        self.norm.train()(self.colour.new_full((2, 3, 4, 4), 1e6))
        results = []
        for sample in data['data_samples']:
            fake = torch.full_like(sample.gt_img, 90)
            results.append(
                DataSample(gt_img=sample.gt_img, gt_label_map=sample.gt_label_map, fake_img=fake)
            )
        return results


SAMPLERS = {'train': 'InfiniteSampler', 'val': 'DefaultSampler'}


def _loader(split):
    pipeline = [dict(type='mmseg.RandomFlip', prob=0.5), dict(type='PackLayoutInputs')]
    return dict(
        batch_size=2,
        num_workers=0,
        sampler=dict(type=SAMPLERS[split], shuffle=True),
        dataset=dict(type='ProceduralScenes', length=12, split=split, size=32, pipeline=pipeline),
    )


def _run(work_dir, name, iterations, hooks, with_val=True):
    val = dict(val_dataloader=_loader('val'), val_cfg={}, val_evaluator=[]) if with_val else {}
    runner = Runner(
        model=_Painter(),
        work_dir=str(work_dir),
        experiment_name=name,
        train_dataloader=_loader('train'),
        train_cfg=dict(type='IterBasedTrainLoop', max_iters=iterations, val_begin=1000),
        optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.1)),
        default_hooks=dict(logger=None, checkpoint=None),
        custom_hooks=hooks,
        visualizer=dict(
            type='Visualizer', vis_backends=[dict(type='TensorboardVisBackend')], name=name
        ),
        randomness=dict(seed=3),
        default_scope='mmagic',
        **val,
    )
    runner.train()
    return runner


def test_grids_are_written_and_the_training_is_not_disturbed(tmp_path):
    hook = LayoutVisualizationHook(interval=2, num_samples=3)
    runner = _run(tmp_path, 'with_pictures', 5, [hook])
    files = sorted(file.name for file in (tmp_path / 'samples').iterdir())
    assert files == [f'iter_{i:06d}.png' for i in (0, 2, 4, 5)]
    assert runner.model.modes == [(False, False)] * 4
    assert runner.model.training and not runner.model.frozen.training

    # Three rows; layout, final image and photo, because the model makes neither edges nor I'.
    grid = cv2.imread(str(tmp_path / 'samples' / files[0]))
    assert grid.shape == (22 + 3 * 132, 4 + 3 * 132, 3)
    photos = [grid[22 + row * 132 :][:128:4, 4 + 2 * 132 :][:, :128:4] for row in range(3)]
    dataset = runner.val_dataloader.dataset
    for row, photo in enumerate(photos):
        scene = dataset.get_data_info(row)['img']
        assert np.array_equal(photo, scene) or np.array_equal(photo, scene[:, ::-1])
    assert (grid[22 + 64, 4 + 132 + 64] == 90).all()
    # The same samples, crops and flips included, in every grid.
    last = cv2.imread(str(tmp_path / 'samples' / files[-1]))
    assert np.array_equal(last, grid)

    other = _run(tmp_path, 'without_pictures', 5, [])
    assert torch.equal(runner.model.colour, other.model.colour)
    assert torch.equal(runner.model.norm.running_mean, other.model.norm.running_mean)
    assert runner.model.colour.abs().sum() > 0


def test_pictures_reach_tensorboard(tmp_path):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    runner = _run(tmp_path, 'tensorboard', 1, [LayoutVisualizationHook(num_samples=1)])
    runner.visualizer.close()
    folder = next(tmp_path.rglob('events.out.tfevents*')).parent
    events = EventAccumulator(str(folder)).Reload()
    assert [event.step for event in events.Images('samples')] == [0, 1]


def test_without_validation_the_training_data_is_shown(tmp_path):
    hook = LayoutVisualizationHook(interval=1, num_samples=50)
    runner = _run(tmp_path, 'no_val', 1, [hook], with_val=False)
    grid = cv2.imread(str(tmp_path / 'samples' / 'iter_000001.png'))
    # All 12 scenes that there are.
    assert len(grid) == 22 + 12 * 132
    assert runner.val_loop is None


def test_interval_and_number_are_checked():
    with pytest.raises(ValueError, match='interval=0, num_samples=8'):
        LayoutVisualizationHook(interval=0)
    with pytest.raises(ValueError, match='num_samples=-1'):
        LayoutVisualizationHook(num_samples=-1)
