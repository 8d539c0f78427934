"""Recipes against one another: their names, lengths and runs, the ablation ladder, and the tool."""

import json

import cv2
import pytest
from mmengine.config import Config
from tool_modules import load_tool

from projects.ecgan.analysis.trials import (
    find_recipes,
    make_config,
    measured_iterations,
    runner,
    training_length,
)
from projects.ecgan.errors import ConfigError, MissingFileError

SMOKE = 'configs/ecgan/ecgan_smoke_1xb2-2iters_scenes-64x64.py'


@pytest.fixture(scope='module')
def tool():
    return load_tool('analysis_tools/run_recipes.py')


@pytest.fixture
def ladder(repo_root, tmp_path, monkeypatch):
    """Two small steps; the tool changes the directory, which is undone."""
    monkeypatch.chdir(repo_root)
    folder = tmp_path / 'ladder'
    folder.mkdir()
    text = f"_base_ = '{repo_root / SMOKE}'\n"
    text += 'model = dict(label_generator=dict(base_channels=8), contrast_loss={})\n'
    contrast = 'dict(max_samples_per_class=8)'
    (folder / 'ecgan_b6-plain_1xb2.py').write_text(text.format('None'))
    (folder / 'ecgan_b7-scales_1xb2.py').write_text(text.format(contrast))
    return folder


@pytest.mark.parametrize('recipe', ['', 'ecgan_base16_1xb4-1500iters_camvid-128x96@all'])
def test_the_ladder_adds_one_thing_a_step(tool, recipe):
    steps = find_recipes([recipe or tool.LADDER])
    assert list(steps) == [f'ecgan_base16@b{step}' for step in range(1, 8)]
    parts = []
    for name in steps.values():
        model = make_config(name, None, 0, {}).model
        generator = model.generator
        names = ('edge_generator', 'edge_transfer', 'semantic_module')
        active = {name for name in names if generator.get(name)}
        names = ('similarity_loss', 'contrast_loss', 'class_pixel_loss')
        active |= {name for name in names if model.get(name)}
        assert bool(model.label_generator) == ('similarity_loss' in active)
        parts.append((active, (model.contrast_loss or {}).get('type')))
    added = [sorted(parts[i + 1][0] - parts[i][0]) for i in range(6)]
    assert all(parts[i][0] <= parts[i + 1][0] for i in range(6))
    assert parts[0] == (set(), None)
    assert added == [
        ['edge_generator'],
        ['edge_transfer'],
        ['semantic_module'],
        ['similarity_loss'],
        ['class_pixel_loss', 'contrast_loss'],
        [],
    ]
    assert [part[1] for part in parts[5:]] == ['PixelContrastLoss', 'MultiScaleContrastLoss']


def test_a_run_is_another_length_with_its_schedule(tool):
    (name,) = find_recipes([tool.LADDER], ['b7']).values()
    cfg = make_config(name, 100, 5, {'train_dataloader.batch_size': 3})
    assert cfg.train_cfg.max_iters == 100
    assert cfg.train_cfg.val_begin == 101  # never: the run is tested by tools/test.py
    assert (cfg.param_scheduler.begin, cfg.param_scheduler.end) == (50, 100)
    assert cfg.randomness.seed == 5
    assert cfg.default_hooks.checkpoint.interval == 25
    assert cfg.train_dataloader.batch_size == 3


@pytest.mark.slow
def test_what_is_done_is_not_done_again(tool, ladder, tmp_path, monkeypatch):
    """The tools are replaced by ones that write their files; the second fails in between."""
    calls, broken = [], {'test.py'}

    def run_tool(name, config, *arguments, log):
        calls.append(name)
        folder = log.parent
        # MMEngine keeps the config of each run in its work dir, with what the tool made of it.
        (folder / config.name).write_text('work_dir = 1')
        if name in broken:
            raise ConfigError(f'{name} failed')
        if name == 'train.py':
            (folder / 'iter_2.pth').touch()
        elif name == 'test.py':
            (folder / 'report.json').write_text('{"generated": {"mIoU": 0.5}}')
        else:
            (folder / 'separation.json').write_text('{"separation": 0.1}')

    monkeypatch.setattr(runner, 'run_tool', run_tool)
    monkeypatch.setattr(runner, 'check_metrics', lambda cfg: None)
    arguments = ['--configs', str(ladder), '--out', str(tmp_path / 'out'), '--only', 'b6']
    arguments += ['--separation-layouts', '3']
    assert tool.main(arguments) == 2
    broken.clear()
    assert tool.main(arguments) == 0
    assert calls == ['train.py', 'test.py', 'test.py', 'analysis_tools/measure_separation.py']
    assert tool.main(arguments) == 0
    assert len(calls) == 4
    table = (tmp_path / 'out' / 'results.md').read_text()
    assert '| 1 | ecgan_b6-plain | 1 | 0.5 | 0.1 |' in table


def test_a_segmentor_s_metrics_are_its_own(tool, tmp_path, monkeypatch, repo_root):
    """No pictures of it are asked for; the half that made pictures have is half of any length."""
    monkeypatch.chdir(repo_root)
    monkeypatch.setattr(runner, 'check_metrics', lambda cfg: None)

    def run_tool(name, config, *arguments, log):
        if name == 'train.py':
            (log.parent / 'iter_40.pth').touch()
            return
        assert arguments[-2] == '--out' and '--save-images' not in arguments
        cfg = Config.fromfile(config)
        miou = {(1, 0): 0.5, (1, 1): 0.6}[tuple(cfg.train_dataloader.sampler.shares)]
        assert cfg.train_dataloader.sampler.get('first_samples', 160) == 160
        arguments[-1].write_text(json.dumps({'mIoU': miou}))

    monkeypatch.setattr(runner, 'run_tool', run_tool)
    recipe = 'unet-s5-c16_made_1xb8-600iters_camvid-128x96'
    recipes = [recipe, f'{recipe}@photos', f'{recipe}@made_first']
    out = ['--out', str(tmp_path), '--iterations', '40']
    assert tool.main(['--configs', *recipes, *out]) == 0
    text = (tmp_path / 'usefulness.md').read_text()
    assert '| unet-s5-c16_made | photos and made | 1 | 0.600 | 1.20 | +10.0 |' in text


def test_other_settings_in_the_same_folder_are_refused(tool, ladder, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(runner, 'check_metrics', lambda cfg: None)
    folder = tmp_path / 'out' / 'ecgan_b6-plain'
    folder.mkdir(parents=True)
    (folder / 'seed_0.py').write_text('max_iters = 7\n')
    arguments = ['--configs', str(ladder), '--out', str(tmp_path / 'out'), '--only', 'b6']
    assert tool.main(arguments) == 2
    assert 'holds a run with other settings' in capsys.readouterr().err


def test_errors(tool, tmp_path, capsys, monkeypatch, repo_root):
    monkeypatch.chdir(repo_root)
    assert tool.main(['--configs', str(tmp_path)]) == 2
    assert f'no configs in {tmp_path}' in capsys.readouterr().err
    assert tool.main(['--only', 'b9', '--out', str(tmp_path)]) == 2
    assert "no recipe 'b9'" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        tool.main(['--iterations', '0'])


@pytest.mark.campaign
def test_real_run(tool, ladder, tmp_path):
    """Train, test and measure a step with all losses, for real."""
    out = tmp_path / 'out'
    arguments = ['--configs', str(ladder), '--out', str(out), '--only', 'b7', '--seeds', '3']
    status = tool.main([*arguments, '--separation-layouts', '3'])
    folder = out / 'ecgan_b7-scales' / 'seed_3'
    assert status == 0, (folder / 'log.txt').read_text()[-3000:]
    run = json.loads((out / 'results.json').read_text())['recipes']['ecgan_b7-scales']['runs']['3']
    assert 0 < run['SSIM'] < 1
    assert run['seconds per iteration'] > 0
    assert -2 <= run['class separation'] <= 2
    logged = (next(folder.glob('*/vis_data/scalars.json'))).read_text()
    assert 'loss_contrast' in logged
    assert 'loss_similarity' in logged
    # Layout, photo and one model: three columns of 128 pixels and their gaps.
    grid = cv2.imread(str(out / 'grid.png'))
    assert grid.shape[1] == 3 * 132 + 4
    assert (grid[22:150, 268:396] != 225).all()  # the grey of a missing picture
    log = (folder / 'log.txt').read_text()
    assert tool.main([*arguments, '--separation-layouts', '3']) == 0  # all is done
    assert (folder / 'log.txt').read_text() == log


def test_short_names_where_they_are_unique(tmp_path):
    for name in ('ecgan_a_1xb2', 'ecgan_b_1xb2', 'ecgan_b_1xb4'):
        (tmp_path / f'{name}.py').touch()
    single = tmp_path / 'ecgan_a_1xb2.py'
    assert [*find_recipes([single, tmp_path])] == ['ecgan_a', 'ecgan_b_1xb2', 'ecgan_b_1xb4']
    assert [*find_recipes([tmp_path], ['b4'])] == ['ecgan_b_1xb4']
    with pytest.raises(MissingFileError, match=r'config .*missing\.py does not exist'):
        find_recipes([tmp_path / 'missing.py'])


def test_equal_time_is_measured_once(repo_root, tmp_path, monkeypatch):
    """Of 40 logged iterations the last 30 count: 0.5 s each, so 120 of them fill a minute."""
    runs = []

    def run_tool(name, config, *arguments, log):
        runs.append(name)
        folder = config.parent / '20260101_000000' / 'vis_data'
        folder.mkdir(parents=True)
        times = [9.0] * 10 + [0.5] * 30
        lines = [json.dumps({'time': time, 'iter': i}) for i, time in enumerate(times, 1)]
        (folder / 'scalars.json').write_text('\n'.join(lines))

    monkeypatch.setattr(training_length, 'run_tool', run_tool)
    for _ in range(2):
        assert measured_iterations(repo_root / SMOKE, 1.0, tmp_path, {}) == 120
    assert runs == ['train.py']
    cfg = Config.fromfile(tmp_path / 'timing' / 'config.py')
    assert (cfg.train_cfg.max_iters, cfg.log_processor.window_size) == (40, 1)


def test_recipes_by_epochs_are_refused(tmp_path):
    config = tmp_path / 'a.py'
    config.write_text("train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=2)")
    with pytest.raises(ConfigError, match='trains by epochs'):
        make_config(config, None, 0, {})
