"""Instance maps that lie beside label maps, or do not."""

import cv2
import numpy as np
import pytest
from ecgan_toys import write_checkpoint
from trained_with import trained_with

from projects.ecgan import ECGANInferencer
from projects.ecgan.datasets import draw_scene
from projects.ecgan.errors import DataError, MissingFileError
from projects.ecgan.inference import generate_files, input_maps
from projects.ecgan.inference import inferencer as module

CITYSCAPES = dict(
    type='LayoutImageDataset', img_dir='leftImg8bit/val', label_dir='gtFine/val',
    instance_dir='gtFine/val', label_suffix='_gtFine_labelIds.png',
    instance_suffix='_gtFine_instanceIds.png',
)  # fmt: skip
OWN = dict(
    type='LayoutImageDataset', label_dir='maps/train', instance_dir='numbers/train',
    label_suffix='-k.png', instance_suffix=['.x.png', '-n.png'],
)  # fmt: skip


@pytest.fixture(scope='module')
def checkpoint(repo_root, tmp_path_factory):
    return write_checkpoint(repo_root, tmp_path_factory.mktemp('model'))


@pytest.fixture
def said(monkeypatch):
    lines = []
    for each in (module, input_maps):
        monkeypatch.setattr(each, 'print_log', lambda text, **_: lines.append(text))
    return lines


@pytest.fixture
def load(checkpoint, tmp_path):
    def built(dataset):
        path = trained_with(checkpoint, tmp_path / 'other.pth', train=dataset)
        return ECGANInferencer(path, device='cpu')

    return built


def scenes(count=2):
    """Labels and instances; objects touch, so that regions of a class are not the instances."""
    for index in range(count):
        labels = draw_scene(index, 1, (64, 64))[1]
        yield labels, (np.arange(64) // 8 + 8 * (np.arange(64)[:, None] // 16)).astype(np.uint16)


def write(path, values):
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), values)


def test_the_folder_of_cityscapes(load, tmp_path, said):
    """Neither ``_color`` nor ``_instanceIds`` is a label map, and no map is its own instances."""
    folder, expected = tmp_path / 'gtFine', []
    found = load(CITYSCAPES)
    for index, (labels, objects) in enumerate(scenes()):
        start = folder / f'ulm/ulm_{index}_gtFine'
        write(start.with_name(f'{start.name}_labelIds.png'), labels)
        write(start.with_name(f'{start.name}_instanceIds.png'), objects)
        write(start.with_name(f'{start.name}_color.png'), np.dstack([labels] * 3))
        expected.append(found(labels, objects).image)
        assert not np.array_equal(found(labels).image, expected[-1])
    said.clear()
    pictures = found(folder)
    names = ['ulm/ulm_0_gtFine_labelIds', 'ulm/ulm_1_gtFine_labelIds']
    assert [picture.name for picture in pictures] == names
    for picture, right in zip(pictures, expected):
        assert np.array_equal(picture.image, right)
    (line,) = [line for line in said if 'instance maps beside' in line]
    assert line.startswith('2 instance maps beside the label maps are used')
    for instances in (folder, None):
        out = tmp_path / f'out of {instances is None}'
        assert generate_files(found, [folder], out, instances=instances).failures == []
        written = cv2.imread(str(out / f'{names[1]}.png'))[..., ::-1]
        assert np.array_equal(written, expected[1])
    given = found(folder, instances=folder)
    assert np.array_equal(given[1].image, expected[1])
    alone = found(folder / 'ulm/ulm_1_gtFine_labelIds.png')
    assert np.array_equal(alone.image, expected[1])


@pytest.mark.parametrize('other', ['numbers/here/a-n.png', 'maps/here/a.x.png'])
def test_own_names_and_sister_folders(load, tmp_path, said, other):
    ((labels, objects),) = scenes(1)
    found = load(OWN)
    expected = found(labels, objects).image
    write(tmp_path / 'maps/here/a-k.png', labels)
    write(tmp_path / other, objects)
    (picture,) = found(tmp_path / 'maps/here')
    assert np.array_equal(picture.image, expected)
    assert len([line for line in said if '1 instance maps beside' in line]) == 1


def test_without_instance_maps_that_is_said_once(load, tmp_path, said):
    (labels, objects), (second, _) = scenes()
    found = load(CITYSCAPES)
    found(labels)
    found([labels, second])
    write(tmp_path / 'maps/a.png', labels)
    found(tmp_path / 'maps')
    (line,) = said
    assert 'connected regions of a class are taken for instances' in line
    write(tmp_path / 'maps/b_instanceIds.png', objects)
    write(tmp_path / 'maps/b_labelIds.png', second)
    write(tmp_path / 'some/a.png', labels)
    said.clear()
    found([tmp_path / 'maps/a.png', tmp_path / 'maps/b_labelIds.png'])
    (line,) = said
    assert (
        line.startswith('1 instance maps beside')
        and '1 label maps have none, the first is a' in line
    )


def test_wrong_instance_maps_are_one_sentence(load, tmp_path):
    ((labels, objects),) = scenes(1)
    found = load(CITYSCAPES)
    write(tmp_path / 'maps/a.png', labels)
    write(tmp_path / 'objects/b.png', objects)
    with pytest.raises(MissingFileError, match='no instance map of a in'):
        found(tmp_path / 'maps', instances=tmp_path / 'objects')
    with pytest.raises(MissingFileError, match='no instance map of a in'):
        found(tmp_path / 'maps', instances=tmp_path / 'maps')
    with pytest.raises(DataError, match=r'a\.png is given as its own instance map'):
        found(tmp_path / 'maps/a.png', instances=tmp_path / 'maps/a.png')
    failures = generate_files(found, [tmp_path / 'maps'], tmp_path / 'out', instances=tmp_path)
    assert len(failures.failures) == 1


def test_names_pair_not_the_order(load, tmp_path):
    """Two folders with as many files, of which one has other names."""
    found = load(CITYSCAPES)
    pairs = dict(zip('ab', scenes()))
    for name, (labels, _) in pairs.items():
        write(tmp_path / f'maps/{name}.png', labels)
    write(tmp_path / 'objects/b.png', pairs['a'][1])
    write(tmp_path / 'objects/c.png', pairs['b'][1])
    with pytest.raises(MissingFileError, match='no instance map of a in'):
        found(tmp_path / 'maps', instances=tmp_path / 'objects')
