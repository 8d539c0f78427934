"""Layouts on which fast paths are compared with plain ones, by name."""

import cv2
import torch

from projects.ecgan.datasets import boundary_map
from projects.ecgan.structures import Layout

# Blobs and noise, unknown and boundary, batches, layouts without room for a whole neighbourhood,
# and more values than nine of them fit into one 63-bit key.
SYNTHETIC = dict(
    blobs=dict(size=(24, 32), classes=6, cell=8, batch=2),
    blobs_unknown=dict(size=(24, 16), classes=5, cell=8, unknown=True),
    blobs_boundary=dict(size=(16, 24), classes=4, cell=4, boundary=True, batch=3),
    blobs_both=dict(size=(16, 16), classes=7, cell=4, unknown=True, boundary=True),
    noise=dict(size=(9, 11), classes=3, cell=1, unknown=True, boundary=True, batch=2),
    many_values=dict(size=(16, 20), classes=150, cell=1, boundary=True),
    one_row=dict(size=(1, 17), classes=4, cell=2, unknown=True, boundary=True, batch=2),
    one_column=dict(size=(13, 1), classes=4, cell=2),
    one_pixel=dict(size=(1, 1), classes=3, cell=1, batch=4),
    two_rows=dict(size=(2, 9), classes=3, cell=2, boundary=True),
    all_distinct=dict(size=(12, 13), classes=156, distinct=True),
    one_class=dict(size=(10, 12), classes=2, cell=16),
)
REAL = ('000000017914', '000000284465')


def make_layout(
    size, classes, cell=1, batch=1, unknown=False, boundary=False, distinct=False, seed=0
):
    """Random cells of ``cell`` pixels, or every pixel another class."""
    generator = torch.Generator().manual_seed(seed)
    height, width = size
    if distinct:
        labels = torch.arange(height * width).view(1, height, width)
    else:
        values = classes + int(unknown)
        shape = (batch, -(-height // cell), -(-width // cell))
        labels = torch.randint(values, shape, generator=generator)
        labels = labels.repeat_interleave(cell, 1).repeat_interleave(cell, 2)
        labels = labels[:, :height, :width].contiguous()
    edges = None
    if boundary:
        edges = torch.stack([torch.from_numpy(boundary_map(x.numpy())) for x in labels])
        # Not a function of the labels alone.
        edges &= torch.rand(labels.shape, generator=generator) < 0.8
    return Layout(labels, classes, unknown, edges)


def read_layouts(shared_dir, size=96):
    """Two layouts of the COCO-Stuff sample, 182 classes, unknown and instance boundary."""
    folder = shared_dir / 'data' / 'coco_stuff_sample'
    maps = {}
    for kind in ('label', 'inst'):
        files = [folder / f'train_{kind}' / f'{name}.png' for name in REAL]
        maps[kind] = [
            cv2.resize(cv2.imread(str(file), -1), (size, size), interpolation=cv2.INTER_NEAREST)
            for file in files
        ]
    labels = torch.stack([torch.from_numpy(x).long() for x in maps['label']])
    edges = torch.stack([torch.from_numpy(boundary_map(x)) for x in maps['inst']])
    return Layout(labels.masked_fill(labels == 255, 182), 182, True, edges)
