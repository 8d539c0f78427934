"""Which id unknown pixels have, and how label maps say it."""

import numpy as np
import pytest

from projects.ecgan.datasets.label_files import LabelCoding, read_ids, unknown_id
from projects.ecgan.errors import ConfigError


@pytest.mark.parametrize(
    ('count', 'unknown'),
    [(None, 255), (1, 255), (254, 255), (255, 255), (256, 65535), (257, 65535), (65535, 65535)],
)
def test_unknown_is_no_class(count, unknown):
    assert unknown_id(count) == unknown == LabelCoding(num_classes=count).unknown


def test_more_classes_than_ids():
    with pytest.raises(ConfigError, match='65536 classes: there can be at most 65535'):
        unknown_id(65536)


def test_255_is_a_class_of_256():
    ids = np.array([[0, 255, 65535]], np.uint16)
    few = LabelCoding(label_map={65535: 255}, num_classes=255)
    assert read_ids(ids, few).tolist() == [[0, 255, 255]]  # both are unknown
    many = LabelCoding(label_map={65535: 65535}, num_classes=256)
    assert read_ids(ids, many).tolist() == [[0, 255, 65535]]


def test_bytes_hold_no_65535():
    # 7 is void; the map has 8 bits, its layout has not.
    coding = LabelCoding(label_map={7: 65535}, num_classes=256)
    ids = np.array([[0, 7, 255]], np.uint8)
    assert read_ids(ids, coding).tolist() == [[0, 65535, 255]]
    assert ids.tolist() == [[0, 7, 255]]


@pytest.mark.parametrize(('count', 'unknown'), [(254, 255), (255, 255), (256, 65535)])
def test_classes_from_one_on_and_back(count, unknown):
    coding = LabelCoding(reduce_zero_label=True, num_classes=count)
    ids = np.array([0, count - 1, unknown])
    written = coding.in_files(ids)
    assert written.tolist() == [1, count, 0]
    assert coding.ids(written, 'a').tolist() == ids.tolist()
    # 255 means unknown in the files of 254 classes, as mmsegmentation has it; of 255 it is one.
    assert coding.ids(np.array([255]), 'a').tolist() == [255 if count == 254 else 254]


def test_ids_of_files_that_the_type_of_the_layout_does_not_hold():
    # A number that stands in the table as something else needs another in the files.
    coding = LabelCoding(label_map={70000: 3, 3: 1, -1: 255, 255: 2}, num_classes=5)
    ids = np.array([3, 255, 2, 1, 0], np.uint16)
    written = coding.in_files(ids)
    assert written.tolist() == [70000, -1, 2, 1, 0]
    assert coding.ids(written, 'a').tolist() == [3, 255, 2, 1, 0]
