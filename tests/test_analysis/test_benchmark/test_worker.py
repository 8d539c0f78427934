"""The modes, in this process."""

import pytest
import torch

from projects.ecgan.analysis.benchmark import BenchmarkSettings
from projects.ecgan.analysis.benchmark.worker import Worker

TINY = dict(layout='scenes', height=64, base_channels=8, batch=1, threads=1)


@pytest.fixture(autouse=True)
def same_settings_afterwards(monkeypatch):
    threads = torch.get_num_threads()
    monkeypatch.setattr(torch.backends.cudnn, 'benchmark', torch.backends.cudnn.benchmark)
    yield
    torch.set_num_threads(threads)


@pytest.mark.parametrize('mode', ['plain', 'fast'])
def test_inference(mode):
    worker = Worker(BenchmarkSettings(what='infer', **TINY), mode)
    images = []
    worker.step.generator.register_forward_hook(lambda *args: images.append(args[-1]['image']))
    assert 0 < worker.seconds() < 60
    assert set(worker.phases(1)) == {'preprocessor', 'generator', 'other'}
    # Each step takes the next layout.
    assert len(images) == 2
    assert images[0].shape == (1, 3, 64, 64)
    assert not torch.equal(*images)
    assert not images[0].requires_grad


def test_modes_generate_the_same():
    images = []
    for mode in ('plain', 'fast'):
        worker = Worker(BenchmarkSettings(what='infer', **TINY), mode)
        worker.step.generator.register_forward_hook(lambda *args: images.append(args[-1]['image']))
        worker.seconds()
    torch.testing.assert_close(images[0], images[1], atol=1e-6, rtol=1e-4)


@pytest.mark.slow
def test_bfloat16_is_of_the_fast_mode_only():
    dtypes = {}
    for mode in ('plain', 'fast'):
        settings = BenchmarkSettings(what='train', precision='bf16', **TINY)
        worker = Worker(settings, mode)
        worker.step.modules['generator'].trunk.blocks['up_3'].conv_1.register_forward_hook(
            lambda *args, mode=mode: dtypes.update({mode: args[-1].dtype})
        )
        worker.seconds()
    assert dtypes == dict(plain=torch.float32, fast=torch.bfloat16)


def test_fast_mode_alone_recomputes():
    settings = BenchmarkSettings(what='train', classes=9, recompute=('up_3',), **TINY)
    recomputed = {}
    for mode in ('plain', 'fast'):
        worker = Worker(settings, mode)
        recomputed[mode] = worker.step.modules['generator'].trunk.recompute
        assert worker.step.modules['generator'].trunk.layout_channels == 10
        worker.seconds()
    assert recomputed == dict(plain=(), fast=('up_3',))


@pytest.mark.parametrize('what', ['train', 'infer'])
def test_fast_mode_alone_is_compiled(what, monkeypatch):
    compiled = []
    monkeypatch.setattr(
        'projects.ecgan.analysis.benchmark.modes.compile_blocks',
        lambda module, mode: compiled.append((module, mode)),
    )
    for mode in ('plain', 'fast'):
        worker = Worker(BenchmarkSettings(what=what, compile='reduce-overhead', **TINY), mode)
    assert compiled == [(worker.step.modules['generator'], 'reduce-overhead')]


def test_losses_are_timed_one_by_one():
    worker = Worker(BenchmarkSettings(what='losses', **TINY), 'all_losses')
    assert 0 < worker.seconds() < 60
    times = worker.losses()
    assert set(times) == {
        'label_generator',
        'label_cross_entropy',
        'similarity',
        'pixel_contrast',
        'multi_scale_contrast',
        'class_specific_pixel',
    }
    assert all(0 < seconds < 10 for seconds in times.values())


def test_base_losses_are_those_of_the_yardstick():
    worker = Worker(BenchmarkSettings(what='losses', **TINY), 'fast')
    logs = []
    train_step = worker.step.model.train_step
    worker.step.model.train_step = lambda *args: logs.append(train_step(*args))
    worker.seconds()
    assert {name for name in logs[0] if name.startswith('loss_')} == {
        'loss_disc',
        'loss_disc_fake',
        'loss_disc_real',
        'loss_gen',
        'loss_gen_adversarial',
        'loss_gen_feature_matching',
    }


def test_data_mode_loads_with_one_thread():
    worker = Worker(BenchmarkSettings(what='data', **{**TINY, 'threads': 2}), 'data')
    assert torch.get_num_threads() == 1
    assert worker.seconds() > 0
    assert worker.summary()['images'] == 13
