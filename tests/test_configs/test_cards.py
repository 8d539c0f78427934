"""The cards and the page of recipes: as they are written from configs/measured.yaml."""

import pytest
from mmengine.fileio import load

from projects.ecgan.recipes.pages import CARDS, TRIALS, pages
from projects.ecgan.recipes.table import all_rows, measurements


def models(repo_root, name):
    return load(repo_root / 'configs' / name / 'metafile.yml')['Models']


def test_index_names_every_metafile(repo_root):
    index = load(repo_root / 'model-index.yml')['Import']
    found = sorted(str(p.relative_to(repo_root)) for p in (repo_root / 'configs').rglob('*.yml'))
    assert index == found


def test_pages_are_what_configs_and_measurements_say(repo_root):
    """``ecgan recipes --write`` brings them up to date."""
    for path, text in pages(repo_root).items():
        assert path.read_text() == text, path


def test_measurements_are_of_recipes_that_there_are():
    assert measurements().keys() <= {row.name for row in all_rows()}


@pytest.mark.parametrize('name', CARDS)
def test_metafile_lists_the_recipes(repo_root, name):
    listed = {entry['Name']: repo_root / entry['Config'] for entry in models(repo_root, name)}
    assert all(path.is_file() and path.stem == model for model, path in listed.items())
    recipes = {path.stem for path in (repo_root / 'configs' / name).glob('*.py')}
    assert set(listed) == {r for r in recipes if not any(trial in r for trial in TRIALS)}


@pytest.mark.parametrize('name', CARDS)
def test_readme_shows_what_was_measured_and_nothing_else(repo_root, name):
    readme = (repo_root / 'configs' / name / 'README.md').read_text()
    rows = {line.split('`')[1]: line for line in readme.splitlines() if line.startswith('| `')}
    for entry in models(repo_root, name):
        cells = [cell.strip() for cell in rows.pop(entry['Name']).strip('|').split('|')]
        assert entry['Weights'] is None
        if entry['Results'] is None:
            assert cells[-1] == '-'
        else:
            assert float(cells[-1].split()[1]) == entry['Results'][0]['Metrics']['mIoU']
    assert not rows


def test_camvid_is_what_results_report(repo_root):
    """The figures of docs/results.md: mIoU by both judges, KID, of two seeds or one."""
    reported = {
        'ecgan_base16': (0.461, 0.453, 0.094),
        'ecgan-plus_base16': (0.485, 0.471, 0.072),
        'spade_base16': (0.467, 0.447, 0.092),
        'pix2pix_base16': (0.391, 0.404, 0.358),
    }
    results = ''.join((repo_root / 'docs').rglob('results.md').__next__().read_text().split('**'))
    for name, numbers in reported.items():
        facts = measurements()[f'{name}_1xb4-1500iters_camvid-128x96']['results'][0]
        further = facts['further']
        found = (facts['mIoU'], further['mIoU by Fast-SCNN'], further['KID'])
        assert tuple(map(float, found)) == numbers
        assert all(text in results for text in found)
