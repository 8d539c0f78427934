"""Recipes by name, from any folder; and as bases of other configs."""

from pathlib import Path

import pytest
from mmengine.config import Config

from projects.ecgan.errors import ConfigError, MissingFileError
from projects.ecgan.models.segmentors import find_segmentor_config
from projects.ecgan.recipes import names

NAME = 'ecgan_base16_1xb4-1500iters_camvid-128x96'


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    'name',
    [
        NAME,
        f'{NAME}.py',
        f'ecgan::ecgan/{NAME}.py',
        f'ecgan::ecgan/{NAME}',
        f'ecgan::{NAME}',
        f'ecgan/{NAME}.py',
        f'configs/ecgan/{NAME}.py',
    ],
)
def test_a_recipe_is_found_from_any_folder(repo_root, elsewhere, name):
    assert names.find_recipe(name) == repo_root / 'configs/ecgan' / f'{NAME}.py'


def test_a_file_at_hand_comes_first(elsewhere):
    (elsewhere / f'{NAME}.py').write_text('a = 1\n')
    assert names.find_recipe(NAME) == Path(f'{NAME}.py')


def test_installed_configs_are_found(elsewhere, monkeypatch):
    package = elsewhere / 'site' / 'projects' / 'ecgan'
    recipe = package / '.mim' / 'configs' / 'ecgan' / 'small.py'
    recipe.parent.mkdir(parents=True)
    recipe.write_text('a = 1\n')
    monkeypatch.setattr(names, '__file__', str(package / 'recipes' / 'names.py'))
    names.configs_folder.cache_clear()
    try:
        assert names.configs_folder() == package / '.mim' / 'configs'
        assert names.find_recipe('small') == names.find_recipe('configs/ecgan/small.py') == recipe
    finally:
        names.configs_folder.cache_clear()


def test_what_is_not_there_is_one_sentence_with_the_nearest_names(elsewhere):
    with pytest.raises(MissingFileError, match=f'does not exist, did you mean {NAME}') as error:
        names.find_recipe('ecgan_base16_1xb4-1500iter_camvid-128x96')
    assert '\n' not in str(error.value)
    for name in ('no_such_thing_at_all', '.', ''):
        with pytest.raises(MissingFileError, match='ecgan recipes lists them'):
            names.find_recipe(name)


def test_a_variant_is_behind_the_last_sign(elsewhere):
    assert names.split_variant(f'{NAME}@b1') == (NAME, 'b1')
    assert names.split_variant(f'{NAME}.py@b1') == (f'{NAME}.py', 'b1')
    assert names.split_variant('me@home/a.py') == ('me@home/a.py', None)
    (elsewhere / 'a@b.py').touch()
    assert names.split_variant('a@b.py') == ('a@b.py', None)


def test_mmengine_builds_on_recipes(elsewhere):
    own = elsewhere / 'own.py'
    own.write_text(f"_base_ = 'ecgan::ecgan/{NAME}.py'\ntrain_cfg = dict(max_iters=7)\n")
    cfg, plain = Config.fromfile(own), Config.fromfile(f'ecgan::ecgan/{NAME}.py')
    assert cfg.train_cfg.pop('max_iters') == 7 and plain.train_cfg.pop('max_iters') == 1500
    assert cfg.to_dict() == plain.to_dict()
    # As MMEngine writes it into the parts of other packages' configs.
    assert '_scope_' not in str(cfg)


def test_mmengine_builds_on_parts(elsewhere):
    own = elsewhere / 'own.py'
    own.write_text(
        "_base_ = ['ecgan::_base_/models/ecgan.py', 'ecgan::_base_/default_runtime.py']\n"
    )
    assert Config.fromfile(own).model.type == 'ECGAN'
    own.write_text("_base_ = 'ecgan::_base_/models/no.py'\n")
    with pytest.raises(MissingFileError, match=r'ecgan::_base_/models/no\.py does not exist'):
        Config.fromfile(own)


def test_judges_are_found_from_any_folder(repo_root, elsewhere):
    """As evaluators name them, and by name."""
    judge = 'unet-s5-c16_1xb8-3000iters_camvid-128x96'
    for name in (f'configs/segmentor/{judge}.py', judge):
        path = find_segmentor_config(name)
        assert path == repo_root / 'configs/segmentor' / f'{judge}.py'


def test_an_unknown_variant_is_one_sentence_that_lists_the_known_ones():
    with pytest.raises(ConfigError, match="config a has no variant 'c', it has b, d"):
        names.changes_of(dict(b={}, d={}), 'c', 'a')
    with pytest.raises(ConfigError, match='it has none'):
        names.changes_of(None, 'c', 'a')
