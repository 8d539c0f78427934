"""Photos as a pipeline loads them."""

from pathlib import Path

import mmcv
import numpy as np
import pytest
from mmagic.registry import TRANSFORMS
from mmcv.transforms import LoadImageFromFile
from photo_files import BGR, RGB, encoded, png

from projects.ecgan.datasets import LoadPhoto
from projects.ecgan.errors import ConfigError, DataError

DEEP = RGB.astype(np.uint16) * 16 + 7


def write(path: Path, content: bytes) -> dict:
    """A sample whose photo is this file."""
    path.write_bytes(content)
    return dict(img_path=str(path))


@pytest.mark.parametrize('to_float32', [False, True])
def test_a_common_photo_is_loaded_as_mmcv_does(tmp_path, to_float32):
    sample = write(tmp_path / 'a.jpg', encoded(RGB, 'JPEG'))
    loaded = LoadPhoto(to_float32=to_float32)(dict(sample))
    expected = LoadImageFromFile(to_float32=to_float32)(dict(sample))
    assert loaded.keys() == expected.keys()
    assert np.array_equal(loaded.pop('img'), expected['img'])
    assert loaded == {key: expected[key] for key in loaded}


def test_bits_of_the_data_set(tmp_path):
    load = TRANSFORMS.build(dict(type='LoadPhoto', bits=12))
    image = load(write(tmp_path / 'a.png', png(DEEP)))['img']
    assert image.dtype == np.uint8
    assert np.array_equal(image, np.rint(DEEP[..., ::-1] * (255 / 4095)))
    # Of 8 bits there is nothing to choose.
    assert np.array_equal(load(write(tmp_path / 'b.png', encoded(RGB, 'PNG')))['img'], BGR)
    assert repr(load).endswith('bits=12)')


def test_without_bits_they_are_asked_for(tmp_path):
    with pytest.raises(DataError, match=r'a.png has 16 bits .* LoadPhoto\(bits=12\)'):
        LoadPhoto()(write(tmp_path / 'a.png', png(DEEP)))


@pytest.mark.parametrize(
    'settings', [dict(color_type='grayscale'), dict(imdecode_backend='pillow')]
)
def test_another_reader_is_mmcv(tmp_path, settings):
    sample = write(tmp_path / 'a.png', encoded(RGB, 'PNG'))
    expected = LoadImageFromFile(**settings)(dict(sample))['img']
    assert np.array_equal(LoadPhoto(**settings)(dict(sample))['img'], expected)
    with pytest.raises(ConfigError, match='leave imdecode_backend and color_type out'):
        LoadPhoto(bits=12, **settings)


@pytest.mark.parametrize('bits', [0, 7, 17])
def test_bits_out_of_range(bits):
    with pytest.raises(ConfigError, match=f'bits={bits}, but 8 to 16 are known'):
        LoadPhoto(bits=bits)


def test_what_is_no_photo(tmp_path):
    broken = write(tmp_path / 'a.jpg', b'')
    with pytest.raises(DataError, match=r'cannot read .*a\.jpg: it is no picture, it is empty'):
        LoadPhoto()(broken)
    with pytest.raises(FileNotFoundError):
        LoadPhoto()(dict(img_path=str(tmp_path / 'none.jpg')))
    assert LoadPhoto(ignore_empty=True)(broken) is None
    assert LoadPhoto()(dict(seg_map_path='map')) == dict(seg_map_path='map')


def test_a_photo_is_mmcvs_wherever_it_is_common(tmp_path):
    """Also where the name says something else."""
    sample = write(tmp_path / 'a.jpg', encoded(RGB, 'PNG'))
    assert np.array_equal(LoadPhoto()(sample)['img'], mmcv.imread(sample['img_path']))
