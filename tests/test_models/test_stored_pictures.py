"""Pictures of a folder in the place of a model."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmagic.structures import DataSample

from projects.ecgan.errors import DataError, MissingFileError
from projects.ecgan.models import StoredPictures

PREPROCESSOR = dict(type='LayoutDataPreprocessor', num_classes=2)


def write(folder: Path, name: str, value: int, size: tuple[int, int] = (4, 6)) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full((*size, 3), (value, 0, 255), np.uint8))


def batch(*names: str, **info: str) -> dict:
    label = torch.zeros(4, 6, dtype=torch.int64)
    samples = []
    for name in names:
        sample = DataSample(metainfo=dict(sample_name=name, **info))
        sample.set_data(dict(gt_label_map=label))
        samples.append(sample)
    return dict(inputs=dict(label=[label] * len(names)), data_samples=samples)


def model(folder: Path) -> StoredPictures:
    return StoredPictures(str(folder), PREPROCESSOR)


def test_each_layout_gets_its_own_picture_in_bgr(tmp_path):
    for value, name in enumerate(('a.png', 'town/a.png', 'town/b.JPG', 'c.tif')):
        write(tmp_path, name, value)
    samples = model(tmp_path).val_step(batch('town/a', 'a', 'c'))
    assert [sample.fake_img[:, 0, 0].tolist() for sample in samples] == [
        [1, 0, 255],
        [0, 0, 255],
        [3, 0, 255],
    ]
    assert samples[0].fake_img.shape == (3, 4, 6) and samples[0].fake_img.dtype == torch.uint8


@pytest.mark.parametrize('name', ['b', 'b_labelIds', 'b_leftImg8bit', 'town/b_labelIds'])
def test_a_picture_may_have_the_name_of_its_sample_label_map_or_photo(name, tmp_path):
    write(tmp_path, f'{name}.png', 7)
    files = dict(seg_map_path='/data/x/town/b_labelIds.png', img_path='y/b_leftImg8bit.jpg')
    (sample,) = model(tmp_path).test_step(batch('town/b', **files))
    assert sample.fake_img[0, 0, 0] == 7


def test_what_is_missing_doubtful_or_of_another_size_is_one_sentence(tmp_path):
    with pytest.raises(MissingFileError, match='no folder of pictures at'):
        model(tmp_path / 'none')
    (tmp_path / 'notes.txt').write_text('nothing')
    with pytest.raises(MissingFileError, match='holds no pictures: files that end in'):
        model(tmp_path)
    write(tmp_path, 'one/b.png', 1)
    write(tmp_path, 'two/b.png', 2)
    pictures = model(tmp_path)
    with pytest.raises(MissingFileError, match='no picture of a among the 2 in'):
        pictures.val_step(batch('a'))
    with pytest.raises(DataError, match=r'may both be the picture of b: put pictures'):
        pictures.val_step(batch('b'))
    write(tmp_path, 'large.png', 1, (8, 6))
    with pytest.raises(DataError, match=r'large.png is 6x8, its label map 6x4'):
        model(tmp_path).val_step(batch('large'))
    (tmp_path / 'broken.png').write_bytes(b'no picture')
    with pytest.raises(DataError, match=r'broken\.png'):
        model(tmp_path).val_step(batch('broken'))
