"""Small runs of the toolbox's own configs, for the tests of the tools."""

import json
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import torch

PIX2PIX = 'mmagic::pix2pix/pix2pix_vanilla-unet-bn_1xb1-80kiters_facades.py'
CYCLEGAN = 'mmagic::cyclegan/cyclegan_lsgan-resnet-in_1xb1-80kiters_facades.py'
DCGAN = 'mmagic::dcgan/dcgan_1xb128-300kiters_celeba-cropped-64.py'
STYLEGAN2 = 'mmagic::styleganv2/stylegan2_c2_8xb4-800kiters_ffhq-256x256.py'
NAFNET = 'mmagic::nafnet/nafnet_c64eb11128mb1db1111_8xb8-lr1e-3-400k_gopro.py'

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

# What every small run shares: small batches, no workers, every iteration logged, ...
LOADERS = ('train_dataloader', 'val_dataloader', 'test_dataloader')
QUICK = [
    'train_dataloader.batch_size=2',
    'val_dataloader.batch_size=2',
    *(f'{loader}.num_workers=0' for loader in LOADERS),
    *(f'{loader}.persistent_workers=False' for loader in LOADERS),
    'default_hooks.logger.interval=1',
]
# ... and, but for those that are about them, no validation, metrics and pictures.
NO_METRICS = ['val_evaluator.metrics=[]', 'default_hooks.checkpoint.save_best=None']
COMMON = [*QUICK, *NO_METRICS, 'train_cfg.val_interval=1000', 'custom_hooks=[]']


class ToolboxRun(NamedTuple):
    """A config of MMagic made small, with its own hooks.

    Attributes:
        config: Its name.
        folders: Folder with pictures, below the data's -> their shape.
        options: What makes it small; ``{data}`` is the data's folder.
    """

    config: str
    folders: dict[str, tuple[int, int]]
    options: list[str]

    def prepare(self, data: Path) -> list[str]:
        """Write the pictures; return the options."""
        for folder, shape in self.folders.items():
            write_images(data / folder, shape)
        return [*QUICK, *(option.format(data=data) for option in self.options)]


# Pictures each five iterations, which have to leave the training alone.
PICTURES = ['custom_hooks.0.interval=5', 'custom_hooks.0.n_samples=2']
RUNS = {
    'pix2pix': ToolboxRun(
        PIX2PIX,
        dict.fromkeys(('train', 'test'), (64, 128)),
        [
            *NO_METRICS,
            *PICTURES,
            *(f'{loader}.dataset.data_root={{data}}' for loader in LOADERS),
            'model.generator.num_down=6',
            'model.generator.base_channels=4',
            'model.discriminator.base_channels=4',
            'train_dataloader.dataset.pipeline.1.scale=(72,72)',
            'train_dataloader.dataset.pipeline.2.crop_size=(64,64)',
        ],
    ),
    'stylegan2': ToolboxRun(
        STYLEGAN2,
        {'faces': (16, 16)},
        [
            *NO_METRICS,
            *PICTURES,
            *(f'{loader}.dataset.data_root={{data}}/faces' for loader in LOADERS),
            'model.generator.out_size=16',
            'model.generator.style_channels=32',
            'model.discriminator.in_size=16',
        ],
    ),
    # Validated with MMagic's PSNR and SSIM.
    'nafnet': ToolboxRun(
        NAFNET,
        {f'{split}/{kind}': (64, 64) for split in ('train', 'test') for kind in ('blur', 'sharp')},
        [
            'train_dataloader.dataset.data_root={data}/train',
            *(f'{loader}.dataset.data_root={{data}}/test' for loader in LOADERS[1:]),
            'train_dataloader.dataset.pipeline.6.gt_patch_size=32',
            'train_cfg.val_interval=8',
            'model.generator.mid_channels=4',
            'model.generator.enc_blk_nums=[1,1]',
            'model.generator.dec_blk_nums=[1,1]',
        ],
    ),
}


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
