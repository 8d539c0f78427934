"""What is listed of the recipes, and the values of one."""

import re

import pytest

from projects.ecgan.commands.recipes import main
from projects.ecgan.recipes import all_rows, details, find_row, matching

CAMVID = 'ecgan_base16_1xb4-1500iters_camvid-128x96'
FULL = 'ecgan_base64_8xb4-200e_ade20k-256x256'
NAME = re.compile(r'\b[a-z][\w-]*_\d+xb\d+-\d+(?:e|iters)_[\w-]+-\d+x\d+(?:@\w+)?')


def test_every_recipe_has_a_row_and_so_has_every_variant(repo_root):
    rows = [row.name for row in all_rows()]
    files = {path.stem for path in (repo_root / 'configs').glob('[!_]*/**/*.py')}
    assert {name.partition('@')[0] for name in rows} == files
    assert len(rows) == len(set(rows))
    variants = {name for name in rows if '@' in name}
    assert {f'{CAMVID}@b{step}' for step in range(1, 8)} < variants
    assert {f'{FULL}@8gb', f'{FULL}@24gb'} < variants


def test_a_row_says_what_a_recipe_takes():
    row = find_row(f'{FULL}@8gb')
    assert row.cells == {
        'recipe': f'{FULL}@8gb',
        'model': 'ECGAN',
        'data': 'ADE20K 256 x 256',
        'width': '32',
        'batch': '2, 16 accumulated',
        'length': '200 epochs',
        'time': '105 h on a GPU of 8 GB, estimated',
        'memory': '1.6 to 4.5 GB, estimated',
        'measured': '',
    }
    assert row.summary[0].endswith('; one GPU of 8 GB')
    assert find_row(FULL).cells['batch'] == '8 x 4'
    assert find_row('pix2pix_base16_1xb4-600iters_scenes-64x64').cells['width'] == '16'


def test_words_choose_rows_that_hold_all_of_them():
    names = [row.name for row in matching(all_rows(), ['CamVid', 'spade'])]
    assert names and all('camvid' in name and 'spade' in name for name in names)
    assert len(matching(all_rows(), [])) == len(all_rows())
    assert matching(all_rows(), ['camvid', 'ade20k']) == []


def test_details_show_the_values_that_make_a_recipe():
    text = details(find_row(CAMVID))
    for line in (
        'rates         generator 2e-3, MomentumFreeAdam(beta2=0.9)',
        'discriminator 2e-4, MomentumFreeAdam(beta2=0.9)',
        'schedule      1500 iterations',
        'perceptual_loss: EncoderPerceptualLoss(encoder=efficientnet-lite1, loss_weight=1.0)',
        'feature_matching_loss: FeatureMatchingLoss(loss_weight=3.0)',
        'mmseg.RandomCrop(crop_size=(96, 128))',
        '11 classes + unknown',
        'variants      @b1  trunk and image generator alone',
        '@b7  b6 with contrast of several scales: the recipe as it is',
        f'ecgan train {CAMVID}',
    ):
        assert line in text
    lines = text.splitlines()
    assert len(lines) <= 60 and max(map(len, lines[2:])) <= 100


def test_details_of_a_variant_say_what_it_changes():
    text = details(find_row(f'{CAMVID}@b5'))
    assert 'changes       b4 with label generator and similarity loss\n' in text
    assert ' model: (contrast_loss=None, class_pixel_loss=None)\n' in text
    assert 'ContrastLoss' not in text


@pytest.mark.parametrize('row', all_rows(), ids=lambda row: row.name)
def test_every_recipe_can_be_shown(row):
    assert 'rates ' in details(row)


def test_the_command_lists_shows_and_refuses(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(['camvid', 'spade']) == 0
    assert 'spade_base16_1xb4-1500iters_camvid-128x96\n    SPADE' in capsys.readouterr().out
    assert main([f'configs/ecgan/{CAMVID}.py']) == 0
    assert 'generator 2e-3' in capsys.readouterr().out
    assert main(['no', 'such']) == 0
    assert capsys.readouterr().out == 'no recipe with no such; ecgan recipes lists all\n'
    assert main([f'{FULL}@9gb']) == 2
    assert "has no variant '9gb', it has 8gb, 24gb" in capsys.readouterr().err


def test_every_recipe_that_a_page_names_is_there(repo_root):
    pages = [
        repo_root / 'README.md',
        *repo_root.glob('docs/**/*.md'),
        *repo_root.glob('configs/*/*.md'),
    ]
    named = {name for page in pages for name in NAME.findall(page.read_text())}
    # All variants at once, and what a page writes itself.
    own = {
        f'{name}@all'
        for name in (
            CAMVID,
            'ecgan_base16_1xb8-400iters_scenes-64x64',
            'unet-s5-c16_made_1xb8-600iters_camvid-128x96',
        )
    }
    own.add('ecgan_own-parts_1xb2-2iters_scenes-64x64')
    assert len(named) > 60
    assert named - own <= {row.name for row in all_rows()}
