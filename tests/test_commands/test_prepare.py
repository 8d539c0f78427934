"""From folders to a training: tools/prepare.py, then tools/train.py on what it wrote."""

import shutil
from pathlib import Path

import fresh_process
import pytest
from planted import change, label, write_classes, write_tree

pytestmark = pytest.mark.campaign


def run(script: str, *argv: object, folder: Path) -> tuple[int, str]:
    log = folder / f'{Path(script).stem}.log'
    words = [str(word) for word in argv]
    status = fresh_process.run(fresh_process.run_script, script, words, log=log, timeout=300)
    return status, log.read_text()


def train_on(tree: Path, folder: Path, *argv: object) -> str:
    """Prepare and train for two iterations; gives what the preparation said."""
    recipe, work_dir = folder / 'my.py', folder / 'work'
    words = [tree, '--write', recipe, '--iters', 2, *argv]
    status, said = run('tools/prepare.py', *words, folder=folder)
    assert status == 0, said
    assert f'train with: ecgan train {recipe}' in said
    status, output = run('tools/train.py', recipe, '--work-dir', work_dir, folder=folder)
    assert status == 0, output[-3000:]
    assert (work_dir / 'iter_2.pth').is_file()
    assert 'SSIM' in output and 'PSNR' in output
    assert 'Traceback' not in output and 'left out' not in output
    return said


def test_ids(tmp_path):
    tree = write_tree(tmp_path / 'mine', 12, instances=True)
    said = train_on(tree, tmp_path, '--size', '64x96')
    assert 'label maps: ids, 8 classes' in said


def test_colours_with_a_list_and_offenders(tmp_path):
    tree = write_tree(tmp_path / 'mine', 12, 'colours')
    classes = write_classes(tmp_path / 'classes.txt')
    change(label(tree, '003'), at=0, to=(1, 2, 3))
    recipe = tmp_path / 'my.py'
    words = [tree, '--classes', classes, '--write', recipe, '--iters', 2, '--size', '64x64']
    status, said = run('tools/prepare.py', *words, folder=tmp_path)
    assert status == 1 and '003: colour (1, 2, 3) (96 pixels)' in said
    status, output = run('tools/train.py', recipe, '--work-dir', tmp_path / 'w', folder=tmp_path)
    assert status == 0, output[-3000:]
    assert (tmp_path / 'w' / 'iter_2.pth').is_file()


@pytest.mark.parametrize('coding', ['ids', 'colours'])
def test_camvid(tmp_path, shared_dir, coding):
    source = shared_dir / 'data' / 'camvid'
    if not source.is_dir():
        pytest.skip(f'needs CamVid, looked for in {source}')
    for split, count in (('train', 12), ('val', 3)):
        for photo in sorted((source / 'images' / split).iterdir())[::30][:count]:
            for kind, suffix in (('images', '.jpg'), ('labels', '.png')):
                file = Path(kind) / split / f'{photo.stem}{suffix}'
                (tmp_path / 'mine' / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source / file, tmp_path / 'mine' / file)
    if coding == 'colours':
        paint(tmp_path / 'mine' / 'labels', source / 'classes.csv')
    said = train_on(tmp_path / 'mine', tmp_path, '--classes', source / 'classes.csv')
    assert f'label maps: {coding}, 11 classes and unknown pixels' in said
    assert 'folders named train and val' in said and 'size 96x128' in said


def paint(folder: Path, classes: Path) -> None:
    """Put colours in the place of ids."""
    import numpy as np
    from PIL import Image

    from projects.ecgan.preparation import read_classes

    colours = np.array([row.colour for row in read_classes(classes)], np.uint8)
    for path in folder.rglob('*.png'):
        with Image.open(path) as picture:
            ids = np.asarray(picture)
        Image.fromarray(colours[ids]).save(path)
