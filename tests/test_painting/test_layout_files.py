"""Layouts from and to files, the labels of a model, and where layouts start."""

import io
import zlib

import numpy as np
import pytest
from mmengine.config import ConfigDict
from PIL import Image

from projects.ecgan.datasets import SCENE_CLASSES, SCENE_PALETTE, draw_scene
from projects.ecgan.datasets.label_files import LabelCoding
from projects.ecgan.errors import DataError
from projects.ecgan.painting import (
    MAX_BYTES,
    DatasetLayouts,
    Label,
    LabelSet,
    SharedState,
    read_layout,
    write_layout,
    write_picture,
)

IDS = draw_scene(0, 1, (40, 64))[1].astype(np.uint16)


def encoded(values: np.ndarray, kind: str = 'PNG') -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(values).save(buffer, kind)
    return buffer.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG of any size that holds nothing."""
    head = width.to_bytes(4, 'big') + height.to_bytes(4, 'big') + bytes([8, 0, 0, 0, 0])
    return b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', head) + chunk(b'IDAT', zlib.compress(b''))


def chunk(kind: bytes, content: bytes) -> bytes:
    crc = zlib.crc32(kind + content).to_bytes(4, 'big')
    return len(content).to_bytes(4, 'big') + kind + content + crc


def test_what_is_saved_is_read_again(inferencer):
    labels = LabelSet.of(inferencer)
    content = write_layout(IDS, labels)
    with Image.open(io.BytesIO(content)) as picture:
        assert picture.mode == 'P' and np.array_equal(np.asarray(picture), IDS)
        colours = np.asarray(picture.convert('RGB'))
    assert np.array_equal(colours, np.array(SCENE_PALETTE, np.uint8)[IDS])
    ids = read_layout(content, 'a.png', inferencer)
    assert ids.dtype == np.uint16 and np.array_equal(ids, IDS)


def test_any_form_of_a_label_map_is_read(inferencer):
    grey = IDS.astype(np.uint8)
    colours = np.array(SCENE_PALETTE, np.uint8)[IDS]
    for content in (encoded(grey), encoded(IDS), encoded(colours), encoded(grey, 'BMP'),
                    encoded(IDS, 'TIFF')):  # fmt: skip
        assert np.array_equal(read_layout(content, 'a', inferencer), IDS)


@pytest.mark.parametrize(
    ('content', 'message'),
    [
        (b'no picture', r'^a\.png is not a picture of the format PNG, BMP, TIFF$'),
        (b'', r'^a\.png is not a picture'),
        (encoded(IDS.astype(np.uint8), 'JPEG'), r'^a\.png is not a picture'),
        (encoded(IDS.astype(np.uint8))[:-60], r'^a\.png cannot be read: the file is damaged'),
        (encoded(np.full((4, 4), 8, np.uint8)), r'a\.png: label ids \[8\] are out of range'),
        (encoded(np.full((4, 4), 255, np.uint8)), r'a\.png: label ids \[255\] are out of range'),
        (encoded(np.full((4, 4, 3), 99, np.uint8)), r'a\.png: 1 of its 1 colours are of no class'),
        (bytes(MAX_BYTES + 1), r'^a\.png is larger than 4 MB'),
        (bomb(1025, 1024), r'^a\.png is 1025x1024: at most 1,048,576 pixels'),
        (bomb(10**5, 1), r'^a\.png is 100000x1: at most .* and 2048 on a side'),
        (bomb(2**31 - 1, 2**31 - 1), r'^a\.png has more than 1,048,576 pixels'),
    ],
    ids=range(11),
)
def test_what_is_no_layout_is_refused_in_a_sentence(inferencer, content, message):
    with pytest.raises(DataError, match=message):
        read_layout(content, 'a.png', inferencer)


def test_the_labels_of_a_model(inferencer):
    labels = LabelSet.of(inferencer)
    assert [label.name for label in labels.labels] == list(SCENE_CLASSES)
    assert [label.colour for label in labels.labels] == [tuple(c) for c in SCENE_PALETTE]
    assert labels.ids == set(range(8)) and labels.of_key('8').id == 7
    assert labels.of_key('9') is None and labels.of_key('') is None


def test_keys_of_many_classes_leave_the_tools_theirs(inferencer, monkeypatch):
    monkeypatch.setattr(inferencer.model.data_preprocessor, 'num_classes', 150)
    monkeypatch.setattr(inferencer, 'classes', [f'class {i}' for i in range(150)])
    monkeypatch.setattr(inferencer, 'palette', [[i, 0, 0] for i in range(150)])
    monkeypatch.setattr(inferencer.model.data_preprocessor, 'with_unknown', True)
    labels = LabelSet.of(inferencer)
    assert labels.labels[-1] == Label(255, 'unknown', (0, 0, 0), '')
    keys = [label.key for label in labels.labels if label.key]
    assert len(set(keys)) == len(keys) == 34 and not {'b', 'f'} & set(keys)
    assert labels.of_key('a').id == 10


def test_files_in_which_zero_is_unknown(inferencer, monkeypatch):
    monkeypatch.setattr(inferencer, 'coding', LabelCoding(reduce_zero_label=True))
    monkeypatch.setattr(inferencer.model.data_preprocessor, 'with_unknown', True)
    labels = LabelSet.of(inferencer)
    ids = np.array([[0, 1, 7, 255]], np.uint16)
    content = write_layout(ids, labels)
    with Image.open(io.BytesIO(content)) as picture:
        assert np.asarray(picture).tolist() == [[1, 2, 8, 0]]
        first = picture.convert('RGB').getpixel((0, 0))
    assert first == tuple(SCENE_PALETTE[0])
    # Not through the model, whose layers have no unknown channel: encoding is what counts.
    assert read_layout(content, 'a.png', inferencer).tolist() == ids.tolist()


def test_files_with_ids_of_their_own(inferencer, monkeypatch):
    coding = LabelCoding(label_map={7: 0, 0: 7, 40: 3, 3: 255})
    monkeypatch.setattr(inferencer, 'coding', coding)
    monkeypatch.setattr(inferencer.model.data_preprocessor, 'with_unknown', True)
    labels = LabelSet.of(inferencer)
    ids = np.array([[0, 1, 7, 3, 255]], np.uint16)
    content = write_layout(ids, labels)
    with Image.open(io.BytesIO(content)) as picture:
        assert np.asarray(picture).tolist() == [[7, 1, 0, 40, 255]]
    assert read_layout(content, 'a.png', inferencer).tolist() == ids.tolist()


def test_more_ids_than_a_palette_holds():
    labels = LabelSet(tuple(Label(i, str(i), (0, 0, 0), '') for i in range(300)))
    with Image.open(io.BytesIO(write_layout(np.array([[299]], np.uint16), labels))) as picture:
        assert np.asarray(picture).tolist() == [[299]]


def test_where_layouts_start(inferencer):
    shared = SharedState(inferencer)
    assert len(shared.scenes) == 3 and shared.scenes.reason == ''
    expected = draw_scene(0, 1, (64, 64))[1]
    assert np.array_equal(shared.new_session().ids, expected)
    assert np.array_equal(shared.scenes.layout(3), expected), 'counted around'
    assert shared.empty(5).shape == (64, 64) and (shared.empty(5) == 5).all()


def test_without_a_data_set(tmp_path):
    folder = dict(type='LayoutImageDataset', label_dir=str(tmp_path / 'none'))
    missing = DatasetLayouts(ConfigDict(folder))
    assert len(missing) == 0 and 'no folder of label maps at' in missing.reason
    assert 'names no data set' in DatasetLayouts(None).reason


def test_a_rendering_is_what_the_inferencer_makes(inferencer):
    made = SharedState(inferencer).render(IDS)
    expected = inferencer(IDS)
    assert made.image == write_picture(expected.image)
    for name in ('image', 'edge', 'coarse'):
        with Image.open(io.BytesIO(getattr(made, name))) as picture:
            assert np.array_equal(np.asarray(picture), getattr(expected, name))


@pytest.mark.parametrize(
    ('label_map', 'shown'),
    [({70000: 1, 1: 255}, 'from 0 to 70000'), ({-1: 255, 255: 1, 1: 0}, 'from -1 to 255')],
)
def test_ids_that_no_png_holds(label_map, shown):
    labels = LabelSet(
        tuple(Label(index, 'a', (index, 0, 0), '') for index in (0, 1, 255)),
        LabelCoding(label_map=label_map),
    )
    with pytest.raises(DataError, match=rf'have ids {shown}, a PNG holds 0 to 65535'):
        write_layout(np.array([[0, 1, 255]], np.uint16), labels)
