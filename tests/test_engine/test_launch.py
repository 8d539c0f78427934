"""Arguments, configs and a good end: what the tools share."""

import os
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest
from mmengine.config import Config, ConfigDict

from projects.ecgan.engine import launch
from projects.ecgan.engine.config_check import ConfigError, check_config
from projects.ecgan.engine.launch import LaunchError

PIX2PIX = 'mmagic::pix2pix/pix2pix_vanilla-unet-bn_1xb1-80kiters_facades.py'


def build(*argv: str) -> Config:
    return launch.build_config(launch.build_parser('test').parse_args(argv))


def test_config_of_an_installed_toolbox() -> None:
    assert build(PIX2PIX).model.type == 'Pix2Pix'
    assert build('mmseg::fcn/fcn_r50-d8_4xb2-40k_cityscapes-512x1024').default_scope == 'mmseg'


@pytest.mark.parametrize(
    ('name', 'message'),
    [
        ('configs/none.py', r'config configs/none\.py does not exist'),
        (
            'mmagic::pix2pix/pix2pix_vanilla-unet-bn_1xb1-80kiter_facades.py',
            r'did you mean .*80kiters',
        ),
        ('nothing_like_this::a/b.py', "the package 'nothing_like_this' is not installed"),
    ],
)
def test_missing_config_is_one_line(name: str, message: str) -> None:
    with pytest.raises(LaunchError, match=message) as error:
        build(name)
    assert '\n' not in str(error.value)


def test_broken_config_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / 'broken.py'
    path.write_text('a = 1 +\n')
    with pytest.raises(LaunchError, match=r'cannot read .*broken\.py: .*yntax') as error:
        build(str(path))
    assert '\n' not in str(error.value)


def test_work_dir_is_named_after_the_config(tmp_path: Path) -> None:
    path = tmp_path / 'small.py'
    path.write_text('train_cfg = dict(max_iters=1)\n')
    assert build(str(path)).work_dir == os.path.join('work_dirs', 'small')
    assert build(str(path), '--work-dir', '/x').work_dir == '/x'
    path.write_text("work_dir = 'here'\n")
    assert build(str(path)).work_dir == 'here'


def test_options_are_merged() -> None:
    cfg = build(PIX2PIX, '--cfg-options', 'train_cfg.max_iters=7', 'model.generator.num_down=6')
    assert (cfg.train_cfg.max_iters, cfg.model.generator.num_down) == (7, 6)


@pytest.mark.parametrize(
    ('option', 'message'),
    [
        ('modle.type=X', "the config has no 'modle', did you mean 'model'"),
        ('train_dataloader.dataset.pipeline.99.type=X', 'pipeline.99'),
        ('log_level.a.b=1', 'log_level'),
    ],
)
def test_option_that_does_not_fit_is_one_line(option: str, message: str) -> None:
    with pytest.raises(LaunchError, match=message) as error:
        build(PIX2PIX, '--cfg-options', option)
    assert '\n' not in str(error.value)


def test_option_without_a_value_is_one_line(capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(SystemExit):
        build(PIX2PIX, '--cfg-options', 'model.type')
    assert "--cfg-options takes key=value pairs, got 'model.type'" in capsys.readouterr().err


@pytest.mark.parametrize('name', [PIX2PIX, 'mmseg::fcn/fcn_r50-d8_4xb2-40k_cityscapes-512x1024.py'])
def test_configs_of_the_toolbox_pass_the_check(name: str) -> None:
    check_config(build(name))


@pytest.mark.parametrize(
    ('option', 'message'),
    [
        ('model.type=Pix2Pixx', "model.type: 'Pix2Pixx' is not registered.*did you mean 'Pix2Pix'"),
        ('model.generator.type=Unet', 'model.generator.type'),
        ('train_dataloader.dataset.type=X', 'train_dataloader.dataset.type'),
        ('train_dataloader.dataset.pipeline.1.type=X', 'train_dataloader.dataset.pipeline.type'),
        ('default_hooks.checkpoint.type=X', 'default_hooks.checkpoint.type'),
        ('optim_wrapper.generators.optimizer.type=Adm', 'optim_wrapper.generators.optimizer.type'),
        ('optim_wrapper.constructor=X', 'optim_wrapper.constructor'),
        ('val_evaluator.metrics.0.type=X', 'val_evaluator.metrics.type'),
        ('val_cfg.type=X', 'val_cfg.type'),
        ('model_wrapper_cfg.type=X', 'model_wrapper_cfg.type'),
    ],
)
def test_unknown_type_is_named_with_its_place(option: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as error:
        check_config(build(PIX2PIX, '--cfg-options', option))
    assert '\n' not in str(error.value)


def test_amp_reaches_every_optimiser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, 'get_device', lambda: 'cuda')
    several = Config(
        dict(
            optim_wrapper=dict(
                constructor='MultiOptimWrapperConstructor',
                generator=dict(optimizer=dict(type='Adam')),
                discriminator=dict(type='OptimWrapper', optimizer=dict(type='Adam')),
            )
        )
    )
    launch.enable_amp(several)
    for name in ('generator', 'discriminator'):
        assert several.optim_wrapper[name].type == 'AmpOptimWrapper'
        assert several.optim_wrapper[name].loss_scale == 'dynamic'
    one = Config(dict(optim_wrapper=dict(type='OptimWrapper', optimizer=dict(type='SGD'))))
    launch.enable_amp(one)
    assert one.optim_wrapper.type == 'AmpOptimWrapper'
    one.optim_wrapper.type = 'ApexOptimWrapper'
    with pytest.raises(LaunchError, match="got 'ApexOptimWrapper'"):
        launch.enable_amp(one)


def test_amp_without_a_gpu_is_bfloat16(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, 'get_device', lambda: 'cpu')
    cfg = Config(
        dict(
            optim_wrapper=dict(
                constructor='MultiOptimWrapperConstructor',
                generator=dict(optimizer=dict(type='Adam')),
                discriminator=dict(
                    type='AmpOptimWrapper', loss_scale='dynamic', optimizer=dict(type='Adam')
                ),
            )
        )
    )
    launch.enable_amp(cfg)
    for name in ('generator', 'discriminator'):
        assert cfg.optim_wrapper[name].to_dict() == dict(
            type='Bfloat16OptimWrapper', optimizer=dict(type='Adam')
        )


def test_newest_checkpoint(tmp_path: Path) -> None:
    assert launch.newest_checkpoint(tmp_path) is None
    for name in ('iter_9.pth', 'iter_10.pth', 'best_score_iter_11.pth'):
        (tmp_path / name).touch()
    assert launch.newest_checkpoint(tmp_path) == tmp_path / 'iter_10.pth'
    # The folder was moved: what the note names lies beside it now.
    (tmp_path / 'last_checkpoint').write_text('/old/place/iter_9.pth')
    assert launch.newest_checkpoint(tmp_path) == tmp_path / 'iter_9.pth'


def test_resume(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    cfg = Config(dict(work_dir=str(tmp_path), load_from='weights.pth', resume=False))
    launch.set_resume(cfg, None)
    assert (cfg.resume, cfg.load_from) == (False, 'weights.pth')
    launch.set_resume(cfg, 'auto')
    assert (cfg.resume, cfg.load_from) == (False, 'weights.pth')
    assert 'starts from the beginning' in capsys.readouterr().out
    (tmp_path / 'iter_2.pth').touch()
    launch.set_resume(cfg, 'auto')
    assert (cfg.resume, cfg.load_from) == (True, str(tmp_path / 'iter_2.pth'))
    with pytest.raises(LaunchError, match=r'gone\.pth does not exist'):
        launch.set_resume(cfg, 'gone.pth')


def test_hook_is_added_once() -> None:
    cfg = Config(dict(custom_hooks=[dict(type='A')]))
    launch.add_random_state_hook(cfg)
    launch.add_random_state_hook(cfg)
    assert cfg.custom_hooks == [dict(type='A'), dict(type='mmagic.RandomStateHook')]
    assert isinstance(cfg.custom_hooks[1], ConfigDict)


def test_errors_and_signals_end_well(capsys: pytest.CaptureFixture) -> None:
    def fail(argv: Sequence[str] | None) -> None:
        raise LaunchError('no such thing')

    def interrupt(argv: Sequence[str] | None) -> None:
        raise KeyboardInterrupt

    def terminate(argv: Sequence[str] | None) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        signal.pause()

    before = signal.getsignal(signal.SIGTERM)
    assert launch.run_tool(lambda argv: None) == 0
    assert launch.run_tool(fail) == 2
    assert capsys.readouterr().err == 'error: no such thing\n'
    assert launch.run_tool(interrupt) == 130
    assert launch.run_tool(terminate) == 143
    assert 'stopped by SIGTERM; a training goes on' in capsys.readouterr().err
    assert signal.getsignal(signal.SIGTERM) is before
