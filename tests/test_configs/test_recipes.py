"""What holds of every recipe and variant: named as its parts, and nothing that nobody reads."""

import inspect
import re

import pytest
from mmengine.runner import Runner

from projects.ecgan.engine.configuration.reading import CONFIG_ENTRIES
from projects.ecgan.recipes import all_rows
from projects.ecgan.recipes.names import recipe_files

# Read by mmsegmentation's inference functions.
OTHERS = {'test_pipeline'}
ROWS = all_rows()


def test_every_entry_is_read():
    read = {*inspect.signature(Runner.__init__).parameters, *CONFIG_ENTRIES, *OTHERS}
    for row in ROWS:
        entries = set(row.values)
        assert entries <= read, f'{row.name}: {sorted(entries - read)}'


def test_layouts_reach_the_model():
    channels = {'scenes': 9, 'coco-stuff': 184, 'ade20k': 151, 'cityscapes': 36, 'camvid': 12}
    for row in ROWS:
        if row.path.parent.name == 'segmentor':
            continue
        layout = row.values.model.data_preprocessor
        found = layout.num_classes + layout.with_unknown + layout.with_boundary
        assert found == next(count for name, count in channels.items() if name in row.name)


def test_names_and_lengths():
    name = re.compile(r'[a-z0-9-]+(_[a-z0-9-]+)+_\d+xb\d+-\d+(e|iters)_[a-z0-9-]+-\d+x\d+')
    for path in recipe_files():
        assert name.fullmatch(path.stem) or path.stem.startswith('unet'), path.name
        assert len(path.read_text().splitlines()) <= 40, path.name


def test_there_are_not_too_many_files(repo_root):
    assert len([*(repo_root / 'configs').rglob('*.py')]) <= 90


def test_a_name_says_the_batch_and_the_length():
    for row in ROWS:
        batch, count, unit = re.search(r'xb(\d+)-(\d+)(e|iters)_', row.name).groups()
        assert row.values.train_cfg['max_iters' if unit == 'iters' else 'max_epochs'] == int(count)
        if '@' not in row.name:
            assert row.values.train_dataloader.batch_size == int(batch), row.name


def test_rates_are_for_the_layouts_of_an_update():
    """So --auto-scale-lr changes nothing where a recipe, or a variant, runs as it is."""
    without = []
    for row in ROWS:
        if 'auto_scale_lr' not in row.values:
            without.append(row.path)
            continue
        gpus = 1 if row.name.endswith('gb') else int(re.search(r'_(\d+)xb', row.name)[1])
        batch = row.values.train_dataloader.batch_size
        counts = {
            wrapper.get('accumulative_counts', 1)
            for wrapper in row.values.optim_wrapper.values()
            if isinstance(wrapper, dict)
        }
        found = {gpus * batch * count for count in counts}
        assert found == {row.values.auto_scale_lr.base_batch_size}, row.name
    assert all(p.parent.name == 'segmentor' or 'coco-stuff-sample' in p.name for p in without)


def test_an_option_that_nobody_reads_is_refused():
    from projects.ecgan.engine import configuration
    from projects.ecgan.errors import ConfigError

    for option in ('layout.num_classes', 'max_iters', 'variants.b1.model'):
        cfg = configuration.read_config('ecgan_base16_1xb8-400iters_scenes-64x64')
        with pytest.raises(ConfigError, match=f"the config has no '{option.split('.')[0]}'"):
            configuration.merge_options(cfg, {option: 5})
