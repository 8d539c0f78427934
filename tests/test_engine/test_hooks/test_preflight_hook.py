"""What can be known before the first iteration is said there, and changes nothing."""

import logging
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
import toy_runner
from evaluation_toys import RUN_CONFIG, write_segmentor
from mmengine.config import Config
from mmengine.runner import Runner
from torch import nn
from toy_runner import ToyModel, assert_equal_runs, build_runner

from projects.ecgan.compat.safe_checkpoints import safe_load
from projects.ecgan.engine import PreflightHook
from projects.ecgan.engine.preflight import check_batch_norms, check_disk, check_metrics
from projects.ecgan.engine.preflight import disk as disk_module
from projects.ecgan.engine.preflight.loaders import Loader
from projects.ecgan.errors import ConfigError
from projects.ecgan.evaluation import FeatureDistance, SegmentationFidelity


@pytest.fixture
def warnings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is logged as a warning."""
    said: list[str] = []

    def note(text: str, logger: Any = None, level: int = logging.INFO) -> None:
        if level == logging.WARNING:
            said.append(text)

    for module in ('disk', 'batch_norms', 'image_counts'):
        monkeypatch.setattr(f'projects.ecgan.engine.preflight.{module}.print_log', note)
    return said


@pytest.mark.parametrize('workers', [0, pytest.param(2, marks=pytest.mark.slow)])
@pytest.mark.parametrize('state_hook', [True, False])
def test_the_training_is_the_same_bit_for_bit(
    tmp_path: Path, workers: int, state_hook: bool
) -> None:
    runs = []
    for name, hooks in (('with', [PreflightHook()]), ('without', [])):
        settings = dict(workers=workers, hook=state_hook, custom_hooks=hooks)
        build_runner(tmp_path / name, iterations=4, **settings).train()
        runs.append(safe_load(tmp_path / name / 'iter_4.pth'))
    if state_hook:
        assert_equal_runs(*runs)
    for key, value in runs[0]['state_dict'].items():
        assert torch.equal(value, runs[1]['state_dict'][key])


def test_no_iteration_is_run_where_the_validation_cannot_be_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken(toy_runner.NoisyData):
        def __getitem__(self, index: int) -> Any:
            raise KeyError('gt_map')

    runner = build_runner(tmp_path, custom_hooks=[PreflightHook()])
    runner._val_dataloader['dataset'] = Broken()
    with pytest.raises(ConfigError, match=r"val_dataloader: its first batch .*KeyError: 'gt_map'"):
        runner.train()
    assert runner.iter == 0


def test_the_loader_of_a_test_that_follows_is_tried(tmp_path: Path) -> None:
    class Ragged(toy_runner.NoisyData):
        def __getitem__(self, index: int) -> Any:
            return {'inputs': torch.zeros(index + 1)}

    runner = build_runner(tmp_path, custom_hooks=[PreflightHook()])
    runner._test_dataloader = dict(
        runner._val_dataloader, dataset=Ragged(), collate_fn=dict(type='default_collate')
    )
    runner._test_loop, runner._test_evaluator = {}, []
    with pytest.raises(ConfigError, match=r'test_dataloader: its first batch .*stack'):
        runner.train()


def test_a_result_that_no_metric_gave_is_one_sentence(tmp_path: Path) -> None:
    settings = dict(custom_hooks=[PreflightHook()], save_best='toy/scroe', rule='greater')
    runner = build_runner(tmp_path, **settings)
    with pytest.raises(ConfigError, match=r"no result 'toy/scroe'; there are \['toy/score'\]"):
        runner.train()


# --- metrics


def loader(count: int, *metrics: Any) -> Loader:
    class Data(torch.utils.data.Dataset):
        def __len__(self) -> int:
            return count

    return Loader('val_dataloader', torch.utils.data.DataLoader(Data()), list(metrics), True)


def test_few_images_are_said_with_their_number(warnings: list[str]) -> None:
    check_metrics(None, loader(1999, FeatureDistance, SegmentationFidelity))
    (said,) = warnings
    assert said.startswith('the validation has few images: FID and KID will be of 1999 images')
    check_metrics(None, loader(2000, FeatureDistance))
    assert len(warnings) == 1


def test_one_image_ends_the_run_before_it_trains() -> None:
    with pytest.raises(
        ConfigError, match=r'FeatureDistance needs at least 2 .* val_dataloader holds 1'
    ):
        check_metrics(None, loader(1, FeatureDistance))


@pytest.mark.slow
def test_a_test_of_one_image_ends_a_training_before_it_begins(tmp_path: Path) -> None:
    write_segmentor(tmp_path)
    cfg = Config.fromstring(RUN_CONFIG.format(wrong=0, folder=tmp_path), '.py')
    segmentor = dict(config=str(tmp_path / 'grey.py'), checkpoint=str(tmp_path / 'grey.pth'))
    network = dict(type='segmentor', **segmentor)
    cfg.test_evaluator = [dict(type='FeatureDistance', network=network)]
    cfg.test_dataloader.dataset.length = 1
    cfg.work_dir = str(tmp_path / 'work')
    cfg.custom_hooks = [dict(type='PreflightHook')]
    with pytest.raises(
        ConfigError, match=r'FeatureDistance needs at least 2 .* test_dataloader holds 1'
    ):
        Runner.from_cfg(cfg).train()


# --- disk


def on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, **hook: Any) -> None:
    usage = shutil._ntuple_diskusage(10**9, 10**9 - free, free)
    monkeypatch.setattr(disk_module.shutil, 'disk_usage', lambda path: usage)
    runner = build_runner(tmp_path / 'work', validate=False, **hook)
    runner._train_loop = runner.build_train_loop(runner._train_loop)
    runner.optim_wrapper = runner.build_optim_wrapper(runner.optim_wrapper)
    check_disk(runner)


# A linear layer of 4 x 2 with its bias: 40 bytes, and Adam's two moments: 120 in all.
def test_no_room_for_two_checkpoints_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigError, match=r'one takes 120 B \(40 B .* 80 B .*\), 239 B are free'):
        on_disk(tmp_path, monkeypatch, free=239)


def test_a_disk_that_will_be_full_is_said_with_its_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, warnings: list[str]
) -> None:
    on_disk(tmp_path, monkeypatch, free=359)  # 6 iterations, a checkpoint every 2
    (said,) = warnings
    assert '3 checkpoints of 120 B and 0 best ones are kept, 360 B in all, 359 B are free' in said
    assert 'max_keep_ckpts' in said


@pytest.mark.parametrize(
    ('free', 'hook'),
    [
        (360, {}),
        (240, dict(max_keep_ckpts=2)),
        (120, dict(save_optimizer=False)),
        (280, dict(max_keep_ckpts=2, save_best='x', rule='less')),
    ],
)
def test_room_enough_is_no_word(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    warnings: list[str],
    free: int,
    hook: dict[str, Any],
) -> None:
    on_disk(tmp_path, monkeypatch, free, **hook)
    assert warnings == []


# --- batch norm


class Normed(ToyModel):
    def __init__(self, norm: nn.Module) -> None:
        super().__init__()
        self.norm = norm


@pytest.mark.parametrize(
    ('norm', 'batch', 'said'),
    [
        (nn.BatchNorm2d(4), 1, True),
        (nn.BatchNorm2d(4), 2, False),
        (nn.BatchNorm2d(4, track_running_stats=False), 1, False),
        (nn.InstanceNorm2d(4), 1, False),
        (nn.GroupNorm(2, 4), 1, False),
        (nn.BatchNorm2d(4).eval(), 1, False),
    ],
)
def test_batch_norm_that_meets_batch_one(
    tmp_path: Path, warnings: list[str], norm: nn.Module, batch: int, said: bool
) -> None:
    runner = build_runner(tmp_path, validate=False)
    runner._train_dataloader['batch_size'] = batch
    runner._train_loop = runner.build_train_loop(runner._train_loop)
    runner.model = Normed(norm)
    check_batch_norms(runner)
    assert bool(warnings) == said
    if said:
        assert 'batch 1: 1 norms (norm, ...)' in warnings[0] and 'batch_size=2' in warnings[0]


def test_the_norms_of_the_generator_are_meant(
    tmp_path: Path, warnings: list[str], repo_root: Path
) -> None:
    from ecgan_toys import build_model

    model = build_model(repo_root)
    other = build_model(repo_root, **{'generator.trunk.norm': dict(type='IN')})
    runner = build_runner(tmp_path, validate=False)
    runner._train_dataloader['batch_size'] = 1
    runner._train_loop = runner.build_train_loop(runner._train_loop)
    runner.model = model
    check_batch_norms(runner)
    assert len(warnings) == 1 and 'generator.trunk.blocks.' in warnings[0]
    runner.model = other
    check_batch_norms(runner)
    assert len(warnings) == 1, warnings[1:]
