"""The recipes beyond the papers: one change each, and the same parts put together."""

import pytest
from mmengine.config import Config

SETTING = '1xb4-600iters_scenes-64x64'
UNET = {
    'model.discriminator',
    'model.judged',
    'model.gan_loss',
    'model.feature_matching_loss',
    'model.discriminator_regularizers',
}
CHANGES = {
    'unet-discriminator': UNET,
    'unet-balanced': UNET,
    'joint-discriminator': UNET - {'model.judged', 'model.feature_matching_loss'},
    'pretrained-discriminator': UNET,
    'diff-augment': {'model.augmentation'},
    'lecam': {'model.discriminator_regularizers'},
    'ramp-up-ema': {'model.ema_config'},
    'cosine': {'param_scheduler'},
    'class-adaptive-norm': {'model.generator'},
    'noise': {'model.generator', 'test_evaluator'},
    'diversity': {'model.generator', 'model.diversity_loss', 'test_evaluator'},
    'warped-layouts': {'train_dataloader'},
}


def read(path):
    cfg = Config.fromfile(path, import_custom_modules=False).to_dict()
    model = cfg.pop('model')
    return cfg | {f'model.{key}': value for key, value in model.items()}


def changed(one, other):
    return {key for key in one.keys() | other.keys() if one.get(key) != other.get(key)}


@pytest.fixture
def folder(repo_root):
    return repo_root / 'configs' / 'ecgan'


def test_one_change_each(folder):
    plain = read(folder / f'ecgan_base16_{SETTING}.py')
    paths = sorted((folder / 'plus').glob('*.py'))
    assert {path.stem.split('_')[1] for path in paths} == set(CHANGES)
    for path in paths:
        assert changed(read(path), plain) == CHANGES[path.stem.split('_')[1]], path.name


def test_plus_is_the_plain_recipe_on_another_trunk(folder):
    plain = read(folder / f'ecgan_base16_{SETTING}.py')
    plus = read(folder / 'ecgan-plus_base16_1xb4-1200iters_scenes-64x64.py')
    assert changed(plus, plain) == {'model.generator', 'train_cfg', 'param_scheduler'}
    mix = read(folder.parent / 'mixes' / f'ecgan_mit-trunk_{SETTING}.py')
    assert plus['model.generator'] == mix['model.generator']
