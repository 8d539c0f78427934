"""Configs from files and toolboxes, and the arguments of a run."""

import os
from pathlib import Path

import pytest
from mmengine.config import Config

from projects.ecgan.commands.command_line import run_parser
from projects.ecgan.engine import configuration
from projects.ecgan.errors import ConfigError, MissingFileError

PIX2PIX = 'mmagic::pix2pix/pix2pix_vanilla-unet-bn_1xb1-80kiters_facades.py'


def build(*argv: str) -> Config:
    return configuration.read_run_config(run_parser('test').parse_args(argv))


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
    with pytest.raises(MissingFileError, match=message) as error:
        build(name)
    assert '\n' not in str(error.value)


def test_broken_config_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / 'broken.py'
    path.write_text('a = 1 +\n')
    with pytest.raises(ConfigError, match=r'cannot read .*broken\.py: .*yntax') as error:
        build(str(path))
    assert '\n' not in str(error.value)


def test_work_dir_is_named_after_the_config(tmp_path: Path) -> None:
    path = tmp_path / 'small.py'
    path.write_text('train_cfg = dict(max_iters=1)\n')
    assert build(str(path)).work_dir == os.path.join('work_dirs', 'small')
    assert build(str(path), '--work-dir', '/x').work_dir == '/x'
    path.write_text("work_dir = 'here'\n")
    assert build(str(path)).work_dir == 'here'


NAFNET = 'mmagic::nafnet/nafnet_c64eb11128mb1db1111_8xb8-lr1e-3-400k_gopro.py'
OUT_DIR = 'default_hooks.checkpoint.out_dir'


@pytest.mark.parametrize(
    ('arguments', 'folder'),
    [
        # MMagic's config: work_dir='./work_dirs/NAME', out_dir='./work_dirs/'.
        ([], './work_dirs/'),
        (['--work-dir', 'mine/run'], None),
        (['--work-dir', 'mine/run', '--cfg-options', f'{OUT_DIR}=./work_dirs/'], './work_dirs/'),
        (['--work-dir', 'mine/run', '--cfg-options', f'{OUT_DIR}=/disk'], '/disk'),
    ],
)
def test_checkpoints_follow_the_work_dir(arguments: list[str], folder: str | None) -> None:
    cfg = build(NAFNET, *arguments)
    assert cfg.default_hooks.checkpoint.out_dir == folder


def test_checkpoints_of_another_place_stay_there(tmp_path: Path) -> None:
    config = tmp_path / 'run.py'
    config.write_text("default_hooks = dict(checkpoint=dict(type='CheckpointHook', out_dir='/d'))")
    cfg = build(str(config), '--work-dir', 'mine')
    assert cfg.default_hooks.checkpoint.out_dir == '/d'


VARIED = """
model = dict(type='A', part=dict(type='B', width=64))
variants = dict(narrow=dict(model=dict(part=dict(width=16))),
                plain=dict(model=dict(part=dict(_delete_=True, type='C'))), same=dict())
"""


@pytest.mark.parametrize('end', ['', '.py'])
def test_a_variant_is_the_config_with_its_changes(tmp_path: Path, end: str) -> None:
    (tmp_path / 'a.py').write_text(VARIED)
    name = f'{tmp_path}/a{end}'
    part = dict(type='B', width=64)
    for variant, expected in {
        '': part,
        '@same': part,
        '@narrow': dict(type='B', width=16),
        '@plain': dict(type='C'),
    }.items():
        cfg = build(name + variant)
        assert cfg.model == dict(type='A', part=expected)
        # A run and a checkpoint's config know nothing of variants.
        assert 'variants' not in cfg
        assert cfg.work_dir == os.path.join('work_dirs', 'a' + variant)
    cfg = build(f'{name}@narrow', '--cfg-options', 'model.part.width=4')
    assert cfg.model.part.width == 4


def test_a_variant_that_there_is_not_is_one_line(tmp_path: Path) -> None:
    (tmp_path / 'a.py').write_text(VARIED)
    known = "config a has no variant 'wide', it has narrow, plain, same$"
    with pytest.raises(ConfigError, match=known):
        build(f'{tmp_path}/a.py@wide')


def test_a_recipe_by_name_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    name = 'ecgan_base64_8xb4-200e_ade20k-256x256@8gb'
    cfg = build(name)
    assert cfg.model.generator.base_channels == 32
    assert cfg.work_dir == os.path.join('work_dirs', name)
    assert build(f'ecgan::ecgan/{name}').model == cfg.model


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
    with pytest.raises(ConfigError, match=message) as error:
        build(PIX2PIX, '--cfg-options', option)
    assert '\n' not in str(error.value)


def test_option_without_a_value_is_one_line(capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(SystemExit):
        build(PIX2PIX, '--cfg-options', 'model.type')
    assert "--cfg-options takes key=value pairs, got 'model.type'" in capsys.readouterr().err
