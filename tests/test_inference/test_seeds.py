"""Many pictures of one layout: seeds, regions drawn anew, files, and what is exported."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from ecgan_toys import write_checkpoint
from packaging.version import Version

from projects.ecgan import ECGANInferencer
from projects.ecgan.datasets import draw_scene
from projects.ecgan.errors import ConfigError, DataError
from projects.ecgan.inference import (
    LabelMapGenerator,
    Seeds,
    export,
    export_checkpoint,
    generate_files,
)

GENERATORS = dict(
    picture=dict(noise=dict(type='LayoutNoise', channels=32)),
    by_class=dict(
        noise=dict(type='LayoutNoise', channels=32, per='class'),
        trunk=dict(modulation=dict(type='ClassAdaptiveNorm')),
    ),
    pixel=dict(noise=dict(type='LayoutNoise', channels=32, per='pixel')),
)


@pytest.fixture(scope='module')
def checkpoints(repo_root, tmp_path_factory) -> dict[str, Path]:
    return {
        name: write_checkpoint(repo_root, tmp_path_factory.mktemp(name), **generator)
        for name, generator in GENERATORS.items()
    }


@pytest.fixture(scope='module')
def inferencers(checkpoints) -> dict[str, ECGANInferencer]:
    return {name: ECGANInferencer(path, device='cpu') for name, path in checkpoints.items()}


@pytest.fixture(params=GENERATORS)
def inferencer(request, inferencers) -> ECGANInferencer:
    return inferencers[request.param]


def scene(index: int = 0, size: tuple[int, int] = (32, 32)) -> np.ndarray:
    return draw_scene(index, 1, size)[1]


def close(one: np.ndarray, two: np.ndarray) -> bool:
    return abs(one.astype(int) - two).max() <= 1


@pytest.mark.slow
def test_a_seed_is_a_picture(inferencer):
    labels = scene()
    first, third = inferencer(labels).image, inferencer(labels, seed=3).image
    assert close(inferencer(labels, seed=0).image, first)
    assert abs(first.astype(int) - third).max() > 4
    together = inferencer([scene(1), labels, scene(2)], batch_size=3, seed=3)
    assert close(together[1].image, third)


def test_regions_are_drawn_anew(inferencer):
    labels = scene()
    third, fourth = (inferencer(labels, seed=seed).image for seed in (3, 4))
    everything = np.ones_like(labels, bool)
    assert close(inferencer(labels, seed=Seeds(3).anew(everything, 4)).image, fourth)
    assert close(inferencer(labels, seed=Seeds(3).anew(~everything, 4)).image, third)
    largest = int(np.bincount(labels.ravel()).argmax())
    by_class = inferencer(labels, seed=Seeds(3).anew(largest, 4)).image
    by_mask = inferencer(labels, seed=Seeds(3).anew(labels == largest, 4)).image
    assert np.array_equal(by_class, by_mask)
    assert not close(by_class, third) and not close(by_class, fourth)
    back = Seeds(3).anew(largest, 4).anew(np.int64(largest), 3)
    assert close(inferencer(labels, seed=back).image, third)
    with pytest.raises(DataError, match=r'0 is 32x32 .*of shape \(16, 32\)'):
        inferencer(labels, seed=Seeds(3).anew(everything[:16], 4))


def test_sizes_that_the_network_cannot_take(checkpoints):
    labels = scene(3, (50, 75))
    region = labels == labels[0, 0]
    for sizes in ('pad', 'resize'):
        inferencer = ECGANInferencer(checkpoints['by_class'], device='cpu', sizes=sizes)
        image = inferencer(labels, seed=Seeds(1).anew(region, 2)).image
        assert image.shape == ((50, 75, 3) if sizes == 'pad' else (64, 64, 3))


def test_files_of_several_seeds(inferencers, tmp_path):
    inferencer = inferencers['picture']
    for index in range(2):
        cv2.imwrite(str(tmp_path / f'{index}.png'), scene(index))
    (tmp_path / 'bad.png').write_text('no picture')
    out = tmp_path / 'out'
    done = generate_files(inferencer, [tmp_path], out, batch_size=4, seeds=[0, 5])
    assert (done.written, done.kept, len(done.failures)) == (4, 0, 1)
    assert {path.name for path in out.iterdir()} == {'0_0.png', '0_5.png', '1_0.png', '1_5.png'}
    written = cv2.imread(str(out / '1_5.png'))[..., ::-1]
    assert close(written, inferencer(scene(1), seed=5).image)
    again = generate_files(inferencer, [tmp_path], out, seeds=[5, 6])
    assert (again.written, again.kept) == (2, 2)


def test_one_picture_of_a_model_without_noise(repo_root, tmp_path):
    inferencer = ECGANInferencer(write_checkpoint(repo_root, tmp_path), device='cpu')
    assert not inferencer.has_noise
    with pytest.raises(ConfigError, match=r'one picture of each layout, so seed=3 means nothing'):
        inferencer(scene(), seed=3)
    with pytest.raises(ConfigError, match='seed=1 means nothing'):
        generate_files(inferencer, [tmp_path], tmp_path, seeds=[1])


@pytest.mark.parametrize('name', ['picture', 'by_class'])
def test_what_is_exported_makes_the_picture_of_its_seed(inferencers, name):
    inferencer = inferencers[name]
    maps = [np.stack([scene(0), scene(1)]).astype(np.uint8)]
    maps.append(maps[0].astype(np.int64))
    expected = export.expected_pictures(inferencer, maps, True, 5)
    with torch.no_grad():
        generator = LabelMapGenerator(inferencer, as_float=True, seed=5).eval()
        found = generator(*map(torch.from_numpy, maps)).numpy()
    assert np.allclose(found, expected, atol=1e-4)
    assert abs(export.expected_pictures(inferencer, maps, True, 6) - expected).max() > 1e-2
    assert export.describe(inferencer, True, 5)['noise_seed'] == 5


def test_noise_of_every_pixel_is_not_exported(inferencers):
    with pytest.raises(ConfigError, match="per='pixel' cannot be exported"):
        LabelMapGenerator(inferencers['pixel'])


@pytest.mark.campaign
@pytest.mark.skipif(
    Version(torch.__version__) < export.OLDEST_TORCH, reason='torch is too old to export'
)
@pytest.mark.parametrize('name', ['picture', 'by_class'])
def test_exported_file_gives_the_same(checkpoints, tmp_path, name):
    path = tmp_path / 'model.pt2'
    agreement = export_checkpoint(checkpoints[name], path, as_float=True, seed=5)
    assert agreement.is_close and path.is_file()
