"""COCO's panoptic form."""

from pathlib import Path

import numpy as np
import pytest
from annotated import drawn, put
from PIL import Image

from projects.ecgan.errors import DataError, MissingFileError

# Segments of more than one byte; 0 is nothing.
SEGMENTS = np.array([[7, 7, 0], [300, 300, 70000]])
INFO = [dict(id=7, category_id=2), dict(id=300, category_id=9), dict(id=70000, category_id=2)]


def png(path: Path, segments: np.ndarray) -> None:
    colours = np.stack([segments % 256, segments // 256 % 256, segments // 65536], -1)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(colours.astype(np.uint8)).save(path)


def panoptic(info: list = INFO, images: bool = True) -> dict:
    return dict(
        images=[dict(id=1, file_name='a.jpg', height=2, width=3)] if images else [],
        categories=[dict(id=9, name='sky', isthing=0), dict(id=2, name='car', isthing=1)],
        annotations=[dict(image_id=1, file_name='a.png', segments_info=info)],
    )


@pytest.mark.parametrize('images', [True, False])
def test_segments_are_classes(tmp_path, images):
    folder = tmp_path / 'set'
    png(folder / 'annotations/panoptic_val/a.png', SEGMENTS)
    put(folder / 'annotations/panoptic_val.json', panoptic(images=images))
    found = drawn(folder, **{'val/a.jpg': (2, 3)})
    assert found.classes == [(0, 'car'), (1, 'sky')]
    assert found.maps['a.png'].tolist() == [[0, 0, 255], [1, 1, 0]]
    assert '16.67% of the pixels have no shape and are unknown' in found.notes


def test_the_folder_of_the_pngs_is_found_by_what_is_in_it(tmp_path):
    png(tmp_path / 'set/masks/a.png', SEGMENTS)
    found = drawn(tmp_path / 'set', **{'panoptic.json': panoptic(), 'images/a.jpg': (2, 3)})
    assert found.only.tolist() == [[0, 0, 255], [1, 1, 0]]


def test_a_palette_of_the_same_colours_is_the_same(tmp_path):
    png(tmp_path / 'set/p/a.png', SEGMENTS)
    with Image.open(tmp_path / 'set/p/a.png') as picture:
        few = picture.quantize(8)
    assert np.array_equal(np.asarray(few.convert('RGB')), np.asarray(picture))
    few.save(tmp_path / 'set/p/a.png')
    found = drawn(tmp_path / 'set', **{'p.json': panoptic(), 'images/a.jpg': (2, 3)})
    assert found.only.tolist() == [[0, 0, 255], [1, 1, 0]]


@pytest.mark.parametrize(
    ('info', 'text'),
    [
        (INFO[:2], r'a\.png has segments that segments_info does not name: 70000'),
        ([*INFO, dict(id=8, category_id=4)], 'segment 8: there is no category 4'),
        ([dict(id=7)], 'segments_info lacks id or category_id'),
        (None, 'segments_info lacks id or category_id'),
    ],
)
def test_segments_that_are_not_explained_are_an_error(tmp_path, info, text):
    png(tmp_path / 'set/p/a.png', SEGMENTS)
    json = panoptic(info)
    json['annotations'].append(dict(image_id=2, file_name='b.png', segments_info=INFO))
    png(tmp_path / 'set/p/b.png', SEGMENTS)
    files = {'p.json': json, 'images/a.jpg': (2, 3), 'images/b.jpg': (2, 3)}
    with pytest.raises(DataError, match=text) as error:
        drawn(tmp_path / 'set', **files)
    assert 'p.json: a.jpg: annotation no. 1' in str(error.value)


@pytest.mark.parametrize(
    ('picture', 'text'),
    [
        (Image.new('L', (3, 2)), r'has no colours \(L\)'),
        (Image.new('RGB', (4, 2)), 'is 4 x 2, the picture is 3 x 2'),
        (None, 'there is no'),
    ],
)
def test_pngs_that_do_not_fit(tmp_path, picture, text):
    (tmp_path / 'set/p').mkdir(parents=True)
    if picture:
        picture.save(tmp_path / 'set/p/a.png')
    with pytest.raises(DataError, match=text):
        drawn(tmp_path / 'set', **{'p.json': panoptic(), 'images/a.jpg': (2, 3)})


def test_no_folder_of_pngs(tmp_path):
    with pytest.raises(MissingFileError, match=r'no folder has the PNGs of .*p\.json'):
        drawn(tmp_path / 'set', **{'p.json': panoptic(), 'images/a.jpg': (2, 3)})
