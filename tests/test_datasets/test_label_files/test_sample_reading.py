"""Readings: what samples stand for, chosen or by the file alone."""

import numpy as np
import pytest
from label_file_makers import png, tiff

from projects.ecgan.datasets.label_files import LabelCoding, read_ids
from projects.ecgan.errors import ConfigError, DataError

IDS = np.array([[0, 1, 2, 3], [3, 2, 1, 0]])
COLOURS = [(0, 0, 0), (128, 64, 128), (70, 70, 70), (70, 130, 180)]
OTHER_ORDER = [COLOURS[i] for i in (2, 0, 3, 1)]
GREYS = [(level,) * 3 for level in (9, 4, 5, 7)]
ADE = np.dstack([IDS // 2 * 10, IDS % 2 + 5, IDS * 9])


@pytest.mark.parametrize(
    ('content', 'reading', 'colours', 'expected'),
    [
        # A palette: by index, by level, by colour.
        (png(IDS, 2, 'palette', GREYS), dict(palette='index'), None, IDS),
        (png(IDS, 2, 'palette', GREYS), {}, None, np.array([9, 4, 5, 7])[IDS]),
        (png(IDS, 2, 'palette', OTHER_ORDER), {}, None, IDS),
        (png(IDS, 2, 'palette', OTHER_ORDER), {}, COLOURS, np.array([2, 0, 3, 1])[IDS]),
        (png(IDS, 2, 'palette', COLOURS), {}, COLOURS, IDS),
        (png(IDS, 2, 'palette', OTHER_ORDER), dict(palette='index'), COLOURS, IDS),
        (png(IDS, 2, 'palette', OTHER_ORDER), dict(palette='colours'), COLOURS,
         np.array([2, 0, 3, 1])[IDS]),
        # Few bits: raw, or the levels that are shown.
        (png(IDS, 2), dict(samples='scaled'), None, IDS * 85),
        (png(IDS % 2, 1), dict(samples='scaled'), None, IDS % 2 * 255),
        (png(IDS, 4), dict(samples='scaled'), None, IDS * 17),
        (png(IDS * 257, 16), dict(samples='scaled'), None, IDS),
        # 0 is white: stored or inverted, by the program, by the values.
        (tiff(IDS.astype(np.uint8), 0), dict(white='inverted'), None, 255 - IDS),
        (tiff((255 - IDS).astype(np.uint8), 0), dict(white='stored'), None, 255 - IDS),
        (tiff((255 - 40 * IDS).astype(np.uint8), 0, software='ImageMagick 7'), {}, None, 40 * IDS),
        # Channels.
        (png(ADE, 8, 'colours'), dict(channel='ade20k'), None, IDS // 2 * 256 + IDS % 2 + 5),
        (png(ADE, 8, 'colours'), dict(channel='blue'), None, IDS * 9),
        (png(ADE * 257, 16, 'colours'), dict(channel='all'), [(0, 5, 0), (0, 6, 9), (10, 5, 18),
         (10, 6, 27)], IDS),
        # Greys among colours.
        (png(IDS % 2, 1), dict(grey='colours', samples='scaled'), [(0, 0, 0), (255, 255, 255)],
         IDS % 2),
    ],
)  # fmt: skip
def test_readings_by_hand(content, reading, colours, expected):
    coding = LabelCoding(colours, reading=reading)
    assert read_ids(content, coding, 'a').tolist() == expected.tolist()


def test_the_palette_of_numbered_files_is_not_that_of_the_classes():
    # In the files 7 is the class 0; that its colour is the class's must not make it 0 of the files.
    content = png(IDS, 2, 'palette', OTHER_ORDER)
    coding = LabelCoding(COLOURS, label_map={1: 0, 0: 255})
    assert read_ids(content, coding, 'a').tolist() == np.array([255, 0, 2, 3])[IDS].tolist()


def test_indices_that_share_a_colour_are_indices():
    black = [(0, 0, 0), (128, 64, 128), (0, 0, 0), (70, 70, 70)]
    coding = LabelCoding(COLOURS)
    assert read_ids(png(IDS, 2, 'palette', black), coding, 'a').tolist() == IDS.tolist()


def test_colours_of_sixteen_bits_ask_for_a_channel():
    values = np.dstack([IDS * 300, IDS * 7, IDS * 5])
    with pytest.raises(DataError, match=r'a holds colours of 16 bits; .*channel=red'):
        read_ids(png(values, 16, 'colours'), LabelCoding(), 'a')
    coding = LabelCoding(reading=dict(channel='red'))
    assert read_ids(png(values, 16, 'colours'), coding, 'a').tolist() == (IDS * 300).tolist()


@pytest.mark.parametrize(
    ('reading', 'sentence'),
    [
        (dict(palette='colour'), r"palette is one of \('index', 'grey', 'colours'\), got 'colour'"),
        (dict(pallete='index'), 'it takes palette, samples, white, grey, channel, hidden'),
    ],
)
def test_wrong_choices(reading, sentence):
    with pytest.raises(ConfigError, match=sentence):
        LabelCoding(reading=reading)


def test_a_picture_of_one_id_in_red():
    ones = np.zeros((2, 4, 3), int)
    ones[..., 0] = 1
    assert read_ids(png(ones, 8, 'colours'), LabelCoding(), 'a').tolist() == [[1] * 4] * 2
