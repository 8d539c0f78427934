"""What only a GPU can show. Without one everything here is skipped; the other tests use one too."""

import warnings
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import torch
from ecgan_toys import build_model, build_optimizers, make_batch, write_checkpoint

from projects.ecgan.analysis.parity import compare_case, read_golden
from projects.ecgan.engine import compile_blocks
from projects.ecgan.inference import ECGANInferencer

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason='needs a GPU')
CASES = ('ade_like', 'cityscapes_like', 'most_like')
# Losses that draw pixels, which every device draws differently, are not compared across devices.
DRAWING = dict(contrast_loss=None, similarity_loss=None)


@pytest.fixture(autouse=True)
def full_precision():
    """TensorFloat-32, which PyTorch's convolutions take by default, keeps 10 bits of a factor."""
    matmul, cudnn = torch.backends.cuda.matmul, torch.backends.cudnn
    before = matmul.allow_tf32, cudnn.allow_tf32
    matmul.allow_tf32 = cudnn.allow_tf32 = False
    yield
    matmul.allow_tf32, cudnn.allow_tf32 = before


def update(repo_root: Path, device: str, **parts):
    """Logs of two updates of a small model, and its weights afterwards."""
    model = build_model(repo_root, **parts).to(device).train()
    optimizers = build_optimizers(repo_root, model)
    logs = [model.train_step(make_batch(seed=seed), optimizers) for seed in range(2)]
    return logs, {name: value.cpu() for name, value in model.state_dict().items()}


@pytest.mark.parametrize('case', CASES)
def test_parity_with_the_authors_networks(shared_dir, case):
    golden = read_golden(shared_dir / 'golden' / case)
    beyond = [c for c in compare_case(golden, 'cuda') if not c.passed]
    assert not beyond


def test_an_update_is_that_of_the_cpu(repo_root):
    logs, weights = update(repo_root, 'cuda', **DRAWING)
    expected, expected_weights = update(repo_root, 'cpu', **DRAWING)
    assert [log.keys() for log in logs] == [log.keys() for log in expected]
    assert logs[0] == pytest.approx(expected[0], rel=1e-3, abs=1e-4)
    # Adam's first steps have the size of the rate, whichever sign a gradient near 0 has.
    assert logs[1] == pytest.approx(expected[1], rel=0.05, abs=2e-3)
    for name, value in weights.items():
        assert (value - expected_weights[name]).float().abs().max() < 1e-2, name


@pytest.mark.parametrize(
    ('wrapper', 'compiled'),
    [('Bfloat16OptimWrapper', False), ('AmpOptimWrapper', False), ('OptimWrapper', True)],
)
def test_fast_updates_are_close_to_the_exact_one(repo_root, wrapper, compiled):
    def first_log(wrapper: str, compiled: bool) -> dict:
        model = build_model(repo_root, **DRAWING).cuda().train()
        if compiled:
            assert compile_blocks(model.generator) == (7, 7)
        return model.train_step(make_batch(), build_optimizers(repo_root, model, wrapper))

    exact = first_log('OptimWrapper', False)
    assert first_log(wrapper, compiled) == pytest.approx(exact, rel=0.05, abs=0.02)


@contextmanager
def waits():
    """The places that wait for the device meanwhile."""
    found = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always')
        torch.cuda.set_sync_debug_mode('warn')
        try:
            yield found
        finally:
            torch.cuda.set_sync_debug_mode('default')
    places = [w for w in caught if 'called a synchronizing' in str(w.message)]
    found += [Path(place.filename).name for place in places]


@pytest.mark.parametrize('kind', ['all-losses', 'base-losses', 'unet-discriminator', 'ramp-up'])
def test_an_update_waits_once(repo_root, kind):
    parts = {}
    if kind == 'ramp-up':
        parts = dict(ema_config=dict(_delete_=True, type='RampUpEMA', batch_size=2))
    if kind == 'unet-discriminator':
        parts = dict(
            discriminator=dict(_delete_=True, type='UNetSegmentationDiscriminator'),
            gan_loss=dict(_delete_=True, type='SegmentationGANLoss'),
            feature_matching_loss=None,
        )
    if kind == 'base-losses':
        parts = dict.fromkeys(('label_generator', 'class_pixel_loss'), None) | DRAWING
    model = build_model(repo_root, **parts).cuda().train()
    optimizers = build_optimizers(repo_root, model)
    model.train_step(make_batch(), optimizers)
    with waits() as found:
        model.train_step(make_batch(seed=1), optimizers)
    # The logs, all in one copy.
    assert found == ['iteration.py']


def test_pictures_are_those_of_the_cpu(repo_root, tmp_path):
    checkpoint = write_checkpoint(repo_root, tmp_path, noise=dict(type='LayoutNoise', channels=4))
    layout = np.repeat(np.repeat(np.arange(16).reshape(4, 4) % 7, 16, 0), 16, 1).astype(np.uint8)
    pictures = {}
    for device in ('cpu', 'cuda'):
        inferencer = ECGANInferencer(checkpoint, device=device)
        pictures[device] = inferencer(layout, seed=3).image.astype(int)
    difference = np.abs(pictures['cpu'] - pictures['cuda'])
    assert difference.max() <= 1 and pictures['cpu'].std() > 1
    half = ECGANInferencer(checkpoint, device='cuda', dtype='bfloat16')(layout, seed=3).image
    assert np.abs(half.astype(int) - pictures['cuda']).mean() < 5
