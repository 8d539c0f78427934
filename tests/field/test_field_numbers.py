"""FID, KID, IoU, PSNR and SSIM are those of other packages on the same features, maps, pictures."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from environments import KEPT, environment, run_module

from projects.ecgan.evaluation import (
    PairedPSNR,
    PairedSSIM,
    SegmentationFidelity,
    frechet_distance,
    kernel_distance,
)

pytestmark = pytest.mark.campaign
CLASSES = 6


def draw(seed: int, images: int, features: int) -> dict[str, np.ndarray]:
    """Features, label maps in which a class is absent and another only predicted, and pictures."""
    rng = np.random.default_rng(seed)
    truth = rng.choice([0, 1, 2, 4], (5, 12, 10))
    photos = rng.integers(0, 256, (4, 3, 20, 24), dtype=np.uint8)
    wrong = rng.choice([0, 1, 2, 3, 4], truth.shape)
    return {
        'fake': rng.normal(size=(images, features)) @ rng.normal(size=(features, features)) + 0.3,
        'real': rng.normal(size=(images, features)) @ rng.normal(size=(features, features)),
        'truth': truth,
        'guess': np.where(rng.random(truth.shape) < 0.6, truth, wrong),
        'photos': photos,
        'pictures': (photos * rng.uniform(0.6, 0.9)).astype(np.uint8),
    }


@pytest.fixture(scope='module')
def oracles(tmp_path_factory) -> Path:
    """Python of the other packages."""
    return environment('numbers', Path(KEPT) if KEPT else tmp_path_factory.mktemp('numbers'))


# More images than features, as many, fewer (the covariances are singular).
@pytest.mark.parametrize(('seed', 'images', 'features'), [(0, 300, 32), (1, 32, 32), (2, 10, 64)])
def test_numbers_of_other_packages(seed, images, features, oracles, tmp_path):
    given = draw(seed, images, features)
    for name, array in given.items():
        np.save(tmp_path / f'{name}.npy', array)
    settings = [dict(num_classes=CLASSES, ignore_index=k) for k in (0, 3, 255)]
    (tmp_path / 'settings.json').write_text(json.dumps(settings))
    run_module(oracles, 'number_oracles', tmp_path)
    theirs = json.loads((tmp_path / 'results.json').read_text())

    ours = {name: torch.from_numpy(array) for name, array in given.items()}
    pair = ours['fake'], ours['real']
    # Their matrix roots are inexact where the covariances are singular.
    exact = 1e-9 if images > features else 1e-5
    for package in ('torch-fidelity', 'torchmetrics'):
        assert frechet_distance(*pair) == pytest.approx(theirs[package]['FID'], rel=exact)
        assert kernel_distance(*pair) == pytest.approx(theirs[package]['KID'], rel=1e-9)
    for each in settings:
        result = SegmentationFidelity.calculate(ours['guess'], ours['truth'], **each)
        expected = theirs['torchmetrics'][str(each['ignore_index'])]
        assert result['mIoU'] == pytest.approx(expected['mIoU'], rel=1e-6)
        assert result['aAcc'] == pytest.approx(expected['aAcc'], rel=1e-6)
        # theirs is 0 for a class without a value, which their mean leaves out as ours does
        shown = [value or 0 for value in result['per_class']['IoU']]
        assert shown == pytest.approx(expected['IoU'], rel=1e-6)
    scores = [
        metric.score(ours['pictures'], ours['photos']) for metric in (PairedPSNR(), PairedSSIM())
    ]
    assert np.mean(scores, axis=1) == pytest.approx(
        [theirs['scikit-image'][name] for name in ('PSNR', 'SSIM')], rel=1e-5
    )
