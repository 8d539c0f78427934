"""Golden numbers of the losses, and real layouts."""

import json
from types import SimpleNamespace

import pytest


@pytest.fixture(scope='session')
def golden(shared_dir):
    """Inputs (float64 and int64 tensors) and values of ``golden/losses``."""
    import numpy as np
    import torch

    folder = shared_dir / 'golden' / 'losses'
    tensors = {k: torch.from_numpy(v) for k, v in np.load(folder / 'inputs.npz').items()}
    return SimpleNamespace(
        inputs={k: v.double() if v.is_floating_point() else v for k, v in tensors.items()},
        values=json.loads((folder / 'values.json').read_text()),
    )


@pytest.fixture(scope='session')
def real_layouts(shared_dir):
    """Two real layouts of the COCO-Stuff sample, (2, 24, 24), 8 classes, unknown = 8."""
    import numpy as np
    import torch

    cv2 = pytest.importorskip('cv2')
    layouts = []
    for name in ('000000000139.png', '000000001268.png'):
        path = shared_dir / 'data' / 'coco_stuff_sample' / 'val_label' / name
        raw = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        raw = raw[:: raw.shape[0] // 24, :: raw.shape[1] // 24][:24, :24].astype(np.int64)
        # The seven most frequent ids, the rest as the eighth class; every 255 is unknown.
        ids, counts = np.unique(raw[raw != 255], return_counts=True)
        layout = np.full_like(raw, 7)
        for new, old in enumerate(ids[np.argsort(-counts)][:7]):
            layout[raw == old] = new
        layout[raw == 255] = 8
        layouts.append(layout)
    return torch.from_numpy(np.stack(layouts))
