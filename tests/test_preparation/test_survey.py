"""Every planted defect is found, and nothing else."""

import contextlib
import io
import os
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from mmagic.registry import DATASETS
from mmengine.config import Config
from mmengine.registry import init_default_scope
from PIL import Image
from planted import (
    COLOURS,
    DEFECTS,
    change,
    draw,
    label,
    read,
    save,
    with_palette,
    write_classes,
    write_tree,
)

from projects.ecgan.commands import prepare
from projects.ecgan.datasets import SCENE_CLASSES
from projects.ecgan.datasets.label_files import Reading
from projects.ecgan.errors import DataError, UserError
from projects.ecgan.preparation import KINDS, survey
from projects.ecgan.preparation.inspection import pair_inspection

COUNT = 60


@pytest.fixture(scope='module')
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree with every defect of the table, and the classes beside it."""
    root = write_tree(tmp_path_factory.mktemp('spoilt') / 'mine', COUNT, instances=True)
    write_classes(root.parent / 'classes.txt')
    for name, defect in DEFECTS.items():
        defect.plant(root, name)
    return root


@pytest.fixture(scope='module')
def outcome(spoilt: Path) -> tuple[int, str, str]:
    """Status and output of the tool on the spoilt tree."""
    folder, out, err = spoilt.parent, io.StringIO(), io.StringIO()
    argv = [str(spoilt), '--classes', str(folder / 'classes.txt'), '--jobs', '2']
    for option, name in (('--write', 'my.py'), ('--list', 'good.txt')):
        argv += [option, str(folder / name)]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = prepare.main(argv)
    return status, out.getvalue(), err.getvalue()


def test_there_are_enough_defects():
    assert len(DEFECTS) >= 30
    in_trees_of_their_own = {'colour', 'stray', 'set', 'photo form'}
    assert {defect.kind for defect in DEFECTS.values()} | in_trees_of_their_own == set(KINDS)


@pytest.mark.parametrize('planted', DEFECTS)
def test_planted_defect_is_named(outcome, planted):
    status, _, errors = outcome
    defect, name = DEFECTS[planted], DEFECTS[planted].name or planted
    assert status == 1
    heading = KINDS[defect.kind].heading
    section = re.search(rf'^{re.escape(heading)}: \d+\n((?:  .*\n)+)', errors, re.MULTILINE)
    assert section, f'nothing about {heading}'
    lines = [line for line in section[1].splitlines() if line.startswith(f'  {name}: ')]
    assert len(lines) == 1 and defect.words in lines[0], section[1]


def test_nothing_else_is_found(outcome, spoilt):
    _, output, errors = outcome
    named = re.findall(r'^  (\w+): ', errors, re.MULTILINE)
    # The other half of a pair that differs in case; a map of one wrong id has one id, too.
    also = ['eleven', '025']
    assert sorted(named) == sorted([*(d.name or n for n, d in DEFECTS.items()), *also])
    kept = {d.name or n for n, d in DEFECTS.items() if not KINDS[d.kind].left_out}
    wrong = {d.name or n for n, d in DEFECTS.items() if KINDS[d.kind].left_out} | {'011'}
    good = sorted({f'{i:03d}' for i in range(COUNT)} - wrong | kept)
    assert (spoilt.parent / 'good.txt').read_text().splitlines() == good
    assert f'{len(good)} of them good' in output


def test_what_is_left_loads(outcome, spoilt):
    init_default_scope('mmagic')
    cfg = Config.fromfile(spoilt.parent / 'my.py')
    assert cfg.model.data_preprocessor.with_boundary
    names = []
    for loader in (cfg.train_dataloader, cfg.val_dataloader):
        for sample in DATASETS.build(loader.dataset):
            ids = set(sample['inputs']['label'].unique().tolist())
            assert ids <= {*range(len(SCENE_CLASSES)), 255}
            names.append(sample['data_samples'].sample_name)
    assert sorted(names) == (spoilt.parent / 'good.txt').read_text().splitlines()


def test_page_names_all(spoilt, tmp_path, capfd):
    page = tmp_path / 'page.html'
    argv = ['--classes', str(spoilt.parent / 'classes.txt'), '--report', str(page), '--jobs', '1']
    assert prepare.main([str(spoilt), *argv]) == 1
    text = page.read_text()
    for name, defect in DEFECTS.items():
        assert f'<td>{defect.name or name}</td>' in text and KINDS[defect.kind].heading in text
    assert text.count('data:image/jpeg;base64,') >= 6
    assert text.count('data:image/jpeg;base64,') == text.count('data:image/png;base64,')
    # One file, which loads nothing.
    assert not re.search(r'(?:src|href)="(?!data:)', text)
    assert all(f'<td>{name}</td>' in text for name in SCENE_CLASSES)


def test_a_sound_tree(tmp_path, capfd):
    root = write_tree(tmp_path, 12, instances=True)
    assert prepare.main([str(root), '--jobs', '1']) == 0
    output, errors = capfd.readouterr()
    assert '12 pairs, 12 of them good' in output and not errors
    assert not list(tmp_path.glob('*.py'))


def kinds(found) -> dict[str, str]:
    return {finding.name: finding.kind for finding in found.findings}


def test_colours_without_a_class(tmp_path):
    root = write_tree(tmp_path, 14, coding='colours')
    change(label(root, '001'), at=(0, slice(0, 3)), to=(1, 2, 3))
    save(label(root, '002'), draw(2)[1])
    smeared = label(root, '003')
    save(smeared.with_suffix('.jpg'), read(smeared), quality=50)
    save(smeared, read(smeared.with_suffix('.jpg')))
    smeared.with_suffix('.jpg').unlink()
    found = survey([root], write_classes(tmp_path / 'classes.txt'))
    assert kinds(found) == {'001': 'colour', '002': 'coding', '003': 'smeared'}
    (colour,) = found.of_kind('colour')
    assert colour.text == 'colour (1, 2, 3) (3 pixels)'
    assert found.labelling.kind == 'colours' and found.labelling.with_unknown
    # Without a list a colour on few pixels of one map is none.
    assert kinds(survey([root])) == {'001': 'stray', '002': 'coding', '003': 'smeared'}


def test_palettes_that_differ(tmp_path):
    root = write_tree(tmp_path, 12, coding='palette')
    labels = draw(5)[1]
    with_palette(labels, COLOURS[::-1]).save(label(root, '005'))
    found = survey([root])
    assert not found.findings and found.labelling.kind == 'colours'
    assert found.labelling.reading.palette == 'colours'
    (note,) = found.labelling.notes
    assert 'as an index has several of them (or --reading palette=index)' in note
    for index, (pixels, _) in found.labelling.count(found.looks).items():
        place = COLOURS.tolist().index(list(found.labelling.palette[index]))
        asked = [7 - place if i == 5 else place for i in range(12)]
        assert pixels == sum((draw(i)[1] == asked[i]).sum() for i in range(12))
    given = survey([root], reading=Reading(palette='index'))
    assert given.labelling.kind == 'palette' and not given.labelling.notes


@pytest.mark.parametrize(
    ('spoil', 'sentence'),
    [
        (lambda r: [p.write_bytes(b'') for p in r.glob('labels/*')], 'none of the label maps can'),
        (
            lambda r: [p.rename(f'{p}.txt') for p in r.glob('labels/*')],
            'which holds 3 .jpg in images., 3 .txt in labels.',
        ),
        (
            lambda r: [
                save(p, np.arange(64 * 96, dtype=np.uint16).reshape(64, 96))
                for p in r.glob('labels/*')
            ],
            'none of the label maps is sound: .* different values',
        ),
        (
            lambda r: [save(p, np.full((64, 96), 255, np.uint8)) for p in r.glob('labels/*')],
            'no id but 255',
        ),
    ],
)
def test_what_is_no_data_set(tmp_path, spoil, sentence):
    root = write_tree(tmp_path, 3)
    spoil(root)
    with pytest.raises(DataError, match=sentence):
        survey([root])


def test_nothing_but_offenders(tmp_path, capsys):
    root = write_tree(tmp_path / 'mine', 4)
    for index in range(3):
        label(root, f'{index:03d}').write_bytes(b'')
    recipe = tmp_path / 'my.py'
    assert prepare.main([str(root), '--jobs', '1', '--write', str(recipe)]) == 1
    errors = capsys.readouterr().err.splitlines()
    assert errors[0] == 'Files that cannot be read: 3' and len(errors) == 5
    assert errors[-1] == 'error: a training needs two good pairs; nothing is written'
    assert not recipe.exists()


def test_wrong_usage_is_status_two(tmp_path, capsys):
    root = write_tree(tmp_path / 'mine', 3)
    for argv, sentence in (
        ([str(tmp_path / 'none')], 'no folder at'),
        ([str(root)] * 3, 'give one folder, or one of photos and one of label maps; got 3'),
        ([str(root), '--size', '100x100'], 'take multiples of 32, such as 96x96'),
        ([str(root), '--classes', str(tmp_path / 'none.txt')], 'no list of classes at'),
        ([str(root), '--write', str(tmp_path / 'recipe.txt')], 'a file that ends with .py'),
    ):
        assert prepare.main([*argv, '--jobs', '1']) == 2
        error = capsys.readouterr().err.splitlines()[-1]
        assert error.startswith('error: ') and sentence in error
    for argv in (['--size', '64'], ['--jobs', '0'], ['--iters', 'x'], []):
        with pytest.raises(SystemExit) as stop:
            prepare.main([*([str(root)] * bool(argv)), *argv])
        assert stop.value.code == 2
    assert not list(tmp_path.glob('*.*'))


def end_of_the_process(*args: object) -> None:
    """Stands in for a look that memory does not suffice for."""
    os._exit(9)


@pytest.mark.skipif(sys.platform != 'linux', reason='a process does not inherit the patch')
def test_a_process_that_is_ended(tmp_path, monkeypatch):
    root = write_tree(tmp_path, 20)
    monkeypatch.setattr(pair_inspection, 'inspect_pair', end_of_the_process)
    with pytest.raises(UserError, match='take fewer with --jobs'):
        survey([root], jobs=2)


def test_a_photo_is_read_as_it_is_displayed(tmp_path):
    root = write_tree(tmp_path, 4)
    exif = Image.Exif()
    exif[0x0112] = 6
    picture, labels, _ = draw(1)
    save(root / 'images/001.jpg', np.rot90(picture).copy(), exif=exif)
    found = survey([root])
    assert not found.findings and found.looks[1].photo.is_turned
    assert found.looks[1].photo.size == labels.shape
