"""What holds of every recipe: short, named as its parts, and nothing in it that nobody reads."""

import inspect
import re

import pytest
from mmengine.config import Config
from mmengine.runner import Runner

from projects.ecgan.engine.configuration.reading import CONFIG_ENTRIES

# Read by mmsegmentation's inference functions.
OTHERS = {'test_pipeline'}


def recipes(repo_root):
    paths = sorted((repo_root / 'configs').rglob('*.py'))
    return [path for path in paths if '_base_' not in path.parts]


@pytest.fixture(scope='module')
def configs(repo_root):
    """Every recipe by its path, read once."""
    return {p: Config.fromfile(p, import_custom_modules=False) for p in recipes(repo_root)}


def test_every_entry_is_read(configs):
    read = {*inspect.signature(Runner.__init__).parameters, *CONFIG_ENTRIES, *OTHERS}
    for path, cfg in configs.items():
        entries = set(cfg)
        assert entries <= read, f'{path.name}: {sorted(entries - read)}'


def test_layouts_reach_the_model(configs):
    channels = {'scenes': 9, 'coco-stuff': 184, 'ade20k': 151, 'cityscapes': 36, 'camvid': 12}
    for path, cfg in configs.items():
        if path.parent.name == 'segmentor':
            continue
        layout = cfg.model.data_preprocessor
        found = layout.num_classes + layout.with_unknown + layout.with_boundary
        assert found == next(count for name, count in channels.items() if name in path.name)


def test_names_and_lengths(repo_root):
    name = re.compile(r'[a-z0-9-]+(_[a-z0-9-]+)+_\d+xb\d+-\d+(e|iters)_[a-z0-9-]+-\d+x\d+')
    for path in recipes(repo_root):
        assert name.fullmatch(path.stem) or path.stem.startswith('unet'), path.name
        assert len(path.read_text().splitlines()) <= 40, path.name


def test_rates_are_for_the_batches_in_the_name(configs):
    """So --auto-scale-lr changes nothing where a recipe runs as its name says."""
    without = []
    for path, cfg in configs.items():
        if 'auto_scale_lr' not in cfg:
            without.append(path)
            continue
        gpus, batch = map(int, re.search(r'_(\d+)xb(\d+)-', path.name).groups())
        assert cfg.train_dataloader.batch_size == batch, path.name
        counts = {
            wrapper.get('accumulative_counts', 1)
            for wrapper in cfg.optim_wrapper.values()
            if isinstance(wrapper, dict)
        }
        assert {gpus * batch * count for count in counts} == {cfg.auto_scale_lr.base_batch_size}
    assert all(p.parent.name == 'segmentor' or 'coco-stuff-sample' in p.name for p in without)


def test_an_option_that_nobody_reads_is_refused(repo_root):
    from projects.ecgan.engine import configuration
    from projects.ecgan.errors import ConfigError

    path = repo_root / 'configs/ecgan/ecgan_base16_1xb8-400iters_scenes-64x64.py'
    for option in ('layout.num_classes', 'max_iters'):
        with pytest.raises(ConfigError, match=f"the config has no '{option.split('.')[0]}'"):
            configuration.merge_options(Config.fromfile(path), {option: 5})
