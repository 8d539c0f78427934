"""What the fork server imports once for all jobs: whatever a training of either toolbox needs."""

import atexit
import gc

import projects.ecgan  # first: it makes the toolboxes sound

# isort: split
import importlib

BOXES = ('mmagic', 'mmseg')
PARTS = ('datasets', 'engine', 'evaluation', 'models', 'visualization')
MORE = (
    'matplotlib.backends.backend_agg',
    'matplotlib.pyplot',
    'projects.ecgan.engine.configuration',
    'projects.ecgan.inference',
    'projects.ecgan.evaluation.iou_by_class',
    'projects.ecgan.models.segmentors.contrast_head',
    'projects.ecgan.models.translation.layout_pix2pix',
    'projects.ecgan.reports',
    'torch.utils.cpp_extension',
    'torch.utils.tensorboard',
)
for name in (*(f'{box}.{part}' for box in BOXES for part in PARTS), *MORE):
    importlib.import_module(name)
for name in projects.ecgan._PARTS:
    importlib.import_module(f'projects.ecgan.{name}')
# Jobs share these pages as long as no collection of garbage writes to them.
gc.collect()
gc.freeze()
atexit.register(gc.unfreeze)
