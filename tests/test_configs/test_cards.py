"""The cards: metafiles name the recipes as they are, and the READMEs show the same numbers."""

import pytest
from mmengine.fileio import load

MODELS = ('ecgan', 'pix2pix', 'spade')
# Recipes that only show that everything runs.
TRIALS = ('smoke', 'coco-stuff-sample')


def models(repo_root, name):
    return load(repo_root / 'configs' / name / 'metafile.yml')['Models']


def test_index_names_every_metafile(repo_root):
    index = load(repo_root / 'model-index.yml')['Import']
    found = sorted(str(p.relative_to(repo_root)) for p in (repo_root / 'configs').rglob('*.yml'))
    assert index == found


@pytest.mark.parametrize('name', MODELS)
def test_metafile_lists_the_recipes(repo_root, name):
    listed = {entry['Name']: repo_root / entry['Config'] for entry in models(repo_root, name)}
    assert all(path.is_file() and path.stem == model for model, path in listed.items())
    recipes = {path.stem for path in (repo_root / 'configs' / name).glob('*.py')}
    assert set(listed) == {r for r in recipes if not any(trial in r for trial in TRIALS)}


@pytest.mark.parametrize('name', MODELS)
def test_readme_shows_what_was_measured_and_nothing_else(repo_root, name):
    readme = (repo_root / 'configs' / name / 'README.md').read_text()
    rows = {line.split('`')[1]: line for line in readme.splitlines() if line.startswith('| `')}
    for entry in models(repo_root, name):
        cells = [cell.strip() for cell in rows.pop(entry['Name']).strip('|').split('|')]
        assert entry['Weights'] is None
        if entry['Results'] is None:
            assert set(cells[2:]) == {'-'}
        else:
            assert float(cells[2]) == entry['Results'][0]['Metrics']['mIoU']
    assert not rows
