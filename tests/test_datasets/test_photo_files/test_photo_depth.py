"""Bits that are used, ranges of floating-point numbers."""

import numpy as np
import pytest

from projects.ecgan.datasets.photo_files import eight_bits, stored_form, used_bits
from projects.ecgan.datasets.photo_files.depth import checked_floats
from projects.ecgan.errors import DataError


@pytest.mark.parametrize(
    ('maxima', 'bits'),
    [([0], 8), ([255], 8), ([256], 10), ([1023, 4], 10), ([1024], 12), ([4095, 9], 12),
     ([4096], 14), ([16383], 14), ([16384], 16), ([65535, 3], 16)],
)  # fmt: skip
def test_used_bits(maxima, bits):
    assert used_bits(maxima) == bits


@pytest.mark.parametrize('bits', [8, 10, 12, 14, 16])
def test_every_sample_is_rounded(bits):
    samples = np.arange(2**bits, dtype=np.uint16).reshape(16, -1)
    pixels, note = eight_bits(samples, 'it', bits)
    assert np.array_equal(pixels, np.rint(samples * 255.0 / (2**bits - 1)))
    assert pixels.dtype == np.uint8 and (pixels[0, 0], pixels[-1, -1]) == (0, 255)
    assert note == f'16 bits a channel, of which {bits} are used'


def test_8_bits_stay():
    pixels = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    assert (
        eight_bits(pixels, 'it', None) == (pixels, '') and eight_bits(pixels, '', 12)[0] is pixels
    )


def test_without_a_number_a_photo_that_fills_16_bits_is_read_by_them():
    samples = np.array([[[0, 257, 65535]]], np.uint16)
    assert eight_bits(samples, 'it', None)[0].tolist() == [[[0, 1, 255]]]


@pytest.mark.parametrize(('largest', 'bits'), [(4095, 12), (9000, 14), (700, 10), (3, 8)])
def test_without_a_number_others_are_refused(largest, bits):
    samples = np.full((1, 1, 3), largest, np.uint16)
    with pytest.raises(DataError) as caught:
        eight_bits(samples, 'it', None)
    assert caught.value.sentence == (
        f'it has 16 bits a channel, its largest sample is {largest}: say how many bits its camera '
        f'uses with LoadPhoto(bits={bits}), the same for all photos (ecgan prepare finds it)'
    )


def test_samples_beyond_the_bits_are_no_white():
    with pytest.raises(DataError, match=r'largest sample is 5000, more than bits=12 .*\(4095\)'):
        eight_bits(np.full((1, 1, 3), 5000, np.uint16), 'it', 12)


@pytest.mark.parametrize(('white', 'largest'), [(1, 1.0), (1, 0.2), (255, 255.0), (255, 16.0)])
def test_ranges_of_floats(white, largest):
    samples = np.array([[[0, largest / 2, largest]]], np.float64)
    checked = checked_floats(samples, 'it')
    assert checked.dtype == np.float32
    assert stored_form(checked) == f'floating-point samples from 0 to {white}'
    pixels, note = eight_bits(checked, 'it', None)
    assert np.array_equal(pixels, np.rint(checked * (255 / white))) and note == stored_form(checked)


@pytest.mark.parametrize(
    ('values', 'words'),
    [
        ([0, np.nan], r'some of its samples are no numbers \(NaN, infinite\)'),
        ([0, np.inf], 'no numbers'),
        ([-0.5, 1], 'from -0.5 to 1, a photo has 0 to 1 or 0 to 255'),
        ([0, 1.02], 'from 0 to 1.02'),
        ([0, 15], 'from 0 to 15'),
        ([0, 300.5], r'from 0 to 300.5, .*HDR, has to be tone-mapped first'),
    ],
)
def test_floats_of_no_photo(values, words):
    with pytest.raises(DataError, match=f'^cannot read it: .*{words}'):
        checked_floats(np.array([[values]]), 'it')


def test_forms_have_names():
    assert stored_form(np.zeros((1, 1, 3), np.uint8)) == '8 bits a channel'
    assert stored_form(np.zeros((1, 1, 3), np.uint16)) == '16 bits a channel'
