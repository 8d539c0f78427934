"""The quick reader of recipes says what MMEngine's says."""

import subprocess
import sys

import pytest

from projects.ecgan.engine.configuration import read_config
from projects.ecgan.errors import ConfigError
from projects.ecgan.recipes import all_rows
from projects.ecgan.recipes.values import recipe_values, variants_of

SCENES = 'ecgan_base16_1xb8-400iters_scenes-64x64'
SOME = (
    f'{SCENES}@b6',  # a part is deleted
    'ecgan_base64_8xb4-200e_cityscapes-512x256@8gb',  # changes of changes
    'ecgan-plus_base16_1xb4-1500iters_camvid-128x96',  # parts taken out of a base
    'ecgan_noise_1xb4-600iters_scenes-64x64',  # a base's list, longer
)


@pytest.mark.parametrize('name', SOME)
def test_both_readers_agree(name):
    assert recipe_values(name) == read_config(name).to_dict()


@pytest.mark.slow
def test_both_readers_agree_on_every_recipe_and_variant():
    for row in all_rows():
        assert row.values == read_config(row.name).to_dict(), row.name


def test_a_config_of_ones_own_builds_on_recipes(tmp_path):
    own = tmp_path / 'own.py'
    own.write_text(f"_base_ = 'ecgan::{SCENES}'\nmodel = dict(perceptual_loss=None)\n")
    assert recipe_values(str(own)) == read_config(own).to_dict()
    assert [*variants_of(own)] == [f'b{step}' for step in range(1, 8)]
    assert recipe_values(f'{own}@b1').model.label_generator is None


def test_what_cannot_be_read_is_one_sentence(tmp_path):
    broken = tmp_path / 'broken.py'
    broken.write_text('a = 1 +\n')
    with pytest.raises(ConfigError, match=r'cannot read the config .*broken\.py: SyntaxError'):
        recipe_values(str(broken))


def test_a_list_needs_neither_torch_nor_mmengine(repo_root):
    program = (
        'import sys; from projects.ecgan.recipes import all_rows; all_rows()[0].summary; '
        "sys.exit(bool({'torch', 'mmengine', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, '-c', program], cwd=repo_root)
    assert done.returncode == 0
