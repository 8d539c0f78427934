"""What users get wrong, for the tests that go through the tools and for the table of messages."""

from pathlib import Path

import cv2
import numpy as np

SMOKE = 'configs/ecgan/ecgan_smoke_1xb2-2iters_scenes-64x64.py'
LABELS = 8

# The smoke recipe on photos in folders.
ON_FILES = """
_base_ = '{smoke}'
layout = dict(metainfo=dict(classes=[str(i) for i in range(8)]), data_root='{root}')
load = [dict(type='mmcv.LoadImageFromFile'), dict(type='LoadLabelMap')]
pack = dict(type='PackLayoutInputs', size=(64, 64))
files = dict(
    _delete_=True, type='LayoutImageDataset', img_dir='photos', label_dir='labels', **layout)
model = dict(data_preprocessor=dict(with_boundary=False))
train_dataloader = dict(
    num_workers={workers}, dataset=dict(**files, pipeline=[*load, dict(type='CannyEdges'), pack]))
val_dataloader = dict(dataset=dict(**files, pipeline=[*load, pack]))
test_dataloader = val_dataloader
del layout, load, pack, files
"""


def write_photos(root: Path) -> None:
    """Four photos of 64 x 64 with their label maps."""
    pixels = np.random.default_rng(0)
    for kind, high, shape in (('photos', 256, (64, 64, 3)), ('labels', LABELS, (64, 64))):
        (root / kind).mkdir()
        for index in range(4):
            suffix = 'jpg' if kind == 'photos' else 'png'
            picture = pixels.integers(0, high, shape, dtype=np.uint8)
            cv2.imwrite(str(root / kind / f'{index}.{suffix}'), picture)


def spoil(root: Path, what: str) -> None:
    """Damage one file of what :func:`write_photos` wrote."""
    label, photo = root / 'labels' / '2.png', root / 'photos' / '2.jpg'
    if what == 'id':
        labels = cv2.imread(str(label), cv2.IMREAD_UNCHANGED)
        labels[0, 0] = 77
        cv2.imwrite(str(label), labels)
    elif what == 'colours':
        cv2.imwrite(str(label), np.zeros((64, 64, 3), np.uint8))
    elif what == 'size':
        cv2.imwrite(str(label), np.zeros((32, 64), np.uint8))
    elif what == 'label':
        label.write_bytes(b'this is no picture')
    elif what == 'photo':
        photo.write_bytes(b'')
    elif what == 'pair':
        label.unlink()


# Options of a training, and what is said about them.
SETTINGS = [
    ('model.generator.upsampling=deep', "upsampling must be one of ['more', 'most', 'normal']"),
    ('model.generator.widht=4', "unexpected keyword argument 'widht'"),
    ('train_dataloader.dataset.size=(60,60)', 'after the transforms, but size says 64x64'),
    ('train_dataloader.dataset.length=0', 'length must be 1 or more, got 0'),
    ('model.data_preprocessor.num_classes=5', 'label ids [5'),
    ('load_from=absent.pth', 'absent.pth can not be found'),
    ('model.label_generator.base_channels=9', 'must be a multiple of 8, got 9'),
    ('optim_wrapper.generator.optimizer.beta2=2', 'beta2 must lie in [0, 1), got 2'),
    ('default_hooks.samples.interval=0', 'interval and num_samples must be 1 or more'),
    ('model.contrast_loss.feature_names=("up_9","up_3","up_2","up_1")', 'the generator offers'),
]

# Damages of :func:`spoil`, and what is said about them.
FILES = [
    ('id', 'labels/2.png: label ids [77] are out of range, allowed are 0 to 7'),
    ('colours', 'labels/2.png must hold ids in one channel'),
    ('size', 'labels/2.png is 64x32 pixels, but its photo is 64x64'),
    ('label', 'labels/2.png as a picture'),
    ('photo', 'photos/2.jpg'),
    ('pair', '1 of 4 photos have no label map'),
]
