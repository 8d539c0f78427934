"""Packages and devices that a config asks for, and that are not here, are one sentence."""

import importlib.util
from typing import Any

import pytest
import torch
from mmengine.config import Config

from projects.ecgan.engine.configuration import check_config, machine
from projects.ecgan.errors import ConfigError


@pytest.mark.parametrize(
    ('kind', 'package'),
    [
        ('WandbVisBackend', 'wandb'),
        ('mmengine.WandbVisBackend', 'wandb'),
        ('MLflowVisBackend', 'mlflow'),
        ('ClearMLVisBackend', 'clearml'),
        ('NeptuneVisBackend', 'neptune'),
        ('AimVisBackend', 'aim'),
        ('DVCLiveVisBackend', 'dvclive pygit2'),
        ('TensorboardVisBackend', 'tensorboard'),
    ],
)
def test_a_backend_without_its_package_is_one_line(
    monkeypatch: pytest.MonkeyPatch, kind: str, package: str
) -> None:
    monkeypatch.setattr(importlib.util, 'find_spec', lambda name: None)
    backends = [dict(type='LocalVisBackend'), dict(type=kind)]
    cfg = Config(dict(visualizer=dict(type='Visualizer', vis_backends=backends)))
    with pytest.raises(ConfigError, match=f'not installed: pip install {package}, or') as error:
        check_config(cfg)
    assert '\n' not in str(error.value)


def test_backends_whose_packages_are_here_are_no_word() -> None:
    backends = [dict(type='LocalVisBackend'), dict(type='TensorboardVisBackend')]
    check_config(Config(dict(visualizer=dict(type='Visualizer', vis_backends=backends))))


def checked(monkeypatch: pytest.MonkeyPatch, here: str, count: int, **cfg: Any) -> None:
    monkeypatch.setattr(machine, 'get_device', lambda: here)
    monkeypatch.setattr(torch.cuda, 'device_count', lambda: count)
    machine.check_machine(Config(cfg))


@pytest.mark.parametrize(
    ('device', 'count', 'cfg', 'message'),
    [
        ('cpu', 0, dict(optim_wrapper=dict(type='AmpOptimWrapper')), 'AmpOptimWrapper needs a GPU'),
        (
            'cpu',
            0,
            dict(optim_wrapper=dict(generator=dict(type='mmengine.AmpOptimWrapper'))),
            r'generator.type: AmpOptimWrapper needs a GPU.*Bfloat16',
        ),
        ('cpu', 0, dict(device='cuda'), r"device='cuda', but torch sees 0 GPUs"),
        ('cuda', 2, dict(device='cuda:2'), r"device='cuda:2', but torch sees 2 GPUs"),
        ('cuda', 2, dict(device='cuda:1'), r"a run takes 'cuda' by itself"),
        ('cuda', 1, dict(device='cpu'), r"device='cpu', but a run takes 'cuda'"),
    ],
)
def test_a_device_that_is_not_here(
    monkeypatch: pytest.MonkeyPatch, device: str, count: int, cfg: dict, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        checked(monkeypatch, device, count, **cfg)


def test_more_processes_than_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('LOCAL_RANK', '4')
    checked(monkeypatch, 'cuda', 8, launcher='pytorch')
    checked(monkeypatch, 'cpu', 0, launcher='pytorch')
    with pytest.raises(ConfigError, match=r'process 4 .* torch sees 4 GPUs here; start 4 '):
        checked(monkeypatch, 'cuda', 4, launcher='pytorch')


def test_a_gpu_that_was_asked_for_by_the_variable_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setenv('CUDA_VISIBLE_DEVICES', '3')
    checked(monkeypatch, 'cpu', 0, device='cpu')
    assert 'CUDA_VISIBLE_DEVICES=3 asks for a GPU, but torch sees none' in capsys.readouterr().err
