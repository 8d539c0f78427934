"""Pictures and exported files from others' generators and trunks."""

from pathlib import Path

import numpy as np
import pytest
import torch
from ecgan_toys import SMOKE, build_loud, save_model
from mmengine.config import Config
from packaging.version import Version

from projects.ecgan import ECGANInferencer
from projects.ecgan.datasets import draw_scene
from projects.ecgan.errors import DataError
from projects.ecgan.inference import export, export_checkpoint

RESNET = dict(type='mmseg.ResNetV1c', depth=18, stem_channels=8, base_channels=8)
GENERATORS = dict(
    cyclegan=dict(
        _delete_=True,
        type='TranslationGenerator',
        network=dict(type='ResnetGenerator', num_blocks=1, base_channels=8),
    ),
    resnet=dict(trunk=dict(type='BackboneTrunk', backbone=RESNET)),
)
DIVISORS = dict(cyclegan=8, resnet=32)


@pytest.fixture(scope='module')
def checkpoints(repo_root, tmp_path_factory) -> dict[str, Path]:
    paths = {}
    for name, generator in GENERATORS.items():
        cfg = Config.fromfile(repo_root / SMOKE)
        cfg.model.generator.init_gain = 0.02
        cfg.merge_from_dict(dict(model=dict(generator=generator)))
        cfg.model.contrast_loss = None
        path = tmp_path_factory.mktemp(name) / 'iter_2.pth'
        paths[name] = save_model(build_loud(cfg, 2), cfg, path)
    return paths


@pytest.mark.slow
@pytest.mark.parametrize('name', GENERATORS)
def test_pictures_of_any_size(checkpoints, name):
    inferencer = ECGANInferencer(checkpoints[name], device='cpu')
    assert inferencer.divisor == DIVISORS[name]
    labels = draw_scene(3, 1, (50, 75))[1]
    picture = inferencer(labels)
    assert picture.image.shape == (50, 75, 3)
    size = -(-np.array(labels.shape) // DIVISORS[name]) * DIVISORS[name]
    missing = [(0, missing) for missing in size - labels.shape]
    padded = inferencer(np.pad(labels, missing, mode='edge'))
    assert np.array_equal(picture.image, padded.image[:50, :75])
    refusing = ECGANInferencer(checkpoints[name], device='cpu', sizes='refuse')
    with pytest.raises(DataError, match=f'multiples of {DIVISORS[name]}, such as'):
        refusing(labels)


@pytest.mark.slow
@pytest.mark.skipif(
    Version(torch.__version__) < export.OLDEST_TORCH, reason='torch is too old to export'
)
@pytest.mark.parametrize('name', GENERATORS)
def test_exported_file_gives_the_same(checkpoints, tmp_path, name):
    agreement = export_checkpoint(checkpoints[name], tmp_path / 'model.pt2', as_float=True)
    assert agreement.is_close and (tmp_path / 'model.pt2').is_file()
