"""Small runs of the toolbox's own configs, for the tests of the tools."""

import json
from pathlib import Path

import cv2
import numpy as np
import torch

PIX2PIX = 'mmagic::pix2pix/pix2pix_vanilla-unet-bn_1xb1-80kiters_facades.py'
CYCLEGAN = 'mmagic::cyclegan/cyclegan_lsgan-resnet-in_1xb1-80kiters_facades.py'
DCGAN = 'mmagic::dcgan/dcgan_1xb128-300kiters_celeba-cropped-64.py'

# MMSegmentation's FCN on a U-Net, made small, on procedural scenes.
FCN_ON_SCENES = """
_base_ = ['mmseg::_base_/models/fcn_unet_s5-d16.py', 'mmseg::_base_/default_runtime.py']
custom_imports = dict(imports=['projects.ecgan'])
norm_cfg = dict(type='BN')
model = dict(
    data_preprocessor=dict(size=(64, 64)),
    backbone=dict(base_channels=4, norm_cfg=norm_cfg),
    decode_head=dict(in_channels=4, channels=4, num_classes=8, norm_cfg=norm_cfg),
    auxiliary_head=dict(in_channels=8, channels=4, num_classes=8, norm_cfg=norm_cfg),
    test_cfg=dict(_delete_=True, mode='whole'))
pipeline = [dict(type='RandomFlip', prob=0.5), dict(type='PackSegInputs')]
train_dataloader = dict(
    batch_size=2, num_workers=0, sampler=dict(type='InfiniteSampler'),
    dataset=dict(type='ProceduralScenes', length=8, pipeline=pipeline))
test_dataloader = dict(
    batch_size=2, num_workers=0, sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(type='ProceduralScenes', split='val', length=4, pipeline=pipeline[1:]))
test_evaluator = dict(type='IoUMetric')
test_cfg = dict(type='TestLoop')
train_cfg = dict(type='IterBasedTrainLoop', max_iters=2)
optim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='SGD', lr=0.01))
default_hooks = dict(
    logger=dict(type='LoggerHook', interval=1),
    checkpoint=dict(type='CheckpointHook', by_epoch=False, interval=2))
"""

# What every small run shares: few iterations, every one logged, no metrics, no pictures.
COMMON = [
    'train_cfg.val_interval=1000',
    'train_dataloader.batch_size=2',
    'train_dataloader.num_workers=0',
    'train_dataloader.persistent_workers=False',
    'val_dataloader.batch_size=2',
    'val_dataloader.num_workers=0',
    'val_dataloader.persistent_workers=False',
    'test_dataloader.num_workers=0',
    'test_dataloader.persistent_workers=False',
    'default_hooks.logger.interval=1',
    'default_hooks.checkpoint.save_best=None',
    'custom_hooks=[]',
    'val_evaluator.metrics=[]',
]


def write_images(folder: Path, shape: tuple[int, int], count: int = 6) -> None:
    """Write ``0.png`` to ``{count - 1}.png`` of random pixels."""
    folder.mkdir(parents=True)
    pixels = np.random.default_rng(0)
    for index in range(count):
        image = pixels.integers(0, 256, (*shape, 3), dtype=np.uint8)
        cv2.imwrite(str(folder / f'{index}.png'), image)


def pix2pix_options(data_root: Path, iterations: int, interval: int) -> list[str]:
    """Options that make MMagic's Pix2Pix tiny and free of dropout."""
    return [
        *COMMON,
        'model.generator.num_down=6',
        'model.generator.base_channels=4',
        'model.generator.use_dropout=False',
        'model.discriminator.base_channels=4',
        f'train_dataloader.dataset.data_root={data_root}',
        f'val_dataloader.dataset.data_root={data_root}',
        f'test_dataloader.dataset.data_root={data_root}',
        'train_dataloader.dataset.pipeline.1.scale=(72,72)',
        'train_dataloader.dataset.pipeline.2.crop_size=(64,64)',
        f'train_cfg.max_iters={iterations}',
        f'default_hooks.checkpoint.interval={interval}',
    ]


def logged(work_dir: Path, key: str = 'loss') -> dict[int, float]:
    """Logged values by iteration, of all runs in a work dir; a later run overwrites."""
    values: dict[int, float] = {}
    for path in sorted(work_dir.glob('*/vis_data/scalars.json')):
        for line in path.read_text().splitlines():
            entry = json.loads(line)
            if key in entry:
                values[entry['step']] = entry[key]
    return values


def weights(checkpoint: Path) -> dict[str, torch.Tensor]:
    """The model's tensors in a checkpoint."""
    from projects.ecgan.compat.safe_checkpoints import safe_load

    return safe_load(checkpoint, 'cpu')['state_dict']


def assert_same_weights(first: Path, second: Path) -> None:
    """Every tensor of two checkpoints is the same, bit for bit."""
    left, right = weights(first), weights(second)
    assert left.keys() == right.keys()
    different = [name for name in left if not torch.equal(left[name], right[name])]
    assert not different
