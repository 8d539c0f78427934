"""Settings for a machine, by hand from the figures of docs/measured_speed.md."""

import pytest

from projects.ecgan.errors import ConfigError
from projects.ecgan.preparation import Machine, propose

CPU = Machine(cores=2)


def test_on_two_cores():
    found = propose([(270, 360)] * 5, 367, CPU)
    assert (found.size, found.base_channels, found.batch_size) == ((96, 128), 16, 4)
    assert found.resized == (107, 143)  # 96 x 286 / 256 and 128 x 286 / 256
    # 0.717 s x 4 / 8 x (96 x 128) / (64 x 64) = 1.0755 s; 1800 s hold 1674.
    assert found.iterations == 1700 and found.workers == 2
    text = '\n'.join(found.reasons)
    assert 'about 1.08 s' in text and '18.5 epochs of 367 pairs: about 30 minutes' in text


def test_cores_and_what_is_given():
    found = propose([(270, 360)], 367, Machine(cores=4), size=(64, 64), iterations=2)
    # 0.717 s x 4 / 8 x 2 / 4 cores
    assert found.size == (64, 64) and found.iterations == 2
    assert 'about 0.18 s' in '\n'.join(found.reasons)
    many = '\n'.join(propose([(270, 360)], 367, Machine(cores=99), size=(64, 64)).reasons)
    assert '/ 8 cores' in many and 'about 0.09 s' in many
    with pytest.raises(ConfigError, match=r'--size 100x130: .* multiples of 32, such as 96x128'):
        propose([(270, 360)], 367, CPU, size=(100, 130))


def test_small_photos_and_few_pairs():
    found = propose([(70, 100)] * 2, 2, CPU)
    assert found.size == found.resized == (64, 96)
    assert found.batch_size == 2 and found.iterations == 400
    assert 'no crop' in '\n'.join(found.reasons)


@pytest.mark.parametrize(
    ('gigabytes', 'width', 'batch'),
    [
        (80, 64, 8),  # (72 - 2.6) / 3.2 = 21, of which 8 are taken
        (24, 64, 5),  # (21.6 - 2.6) / 3.2 = 5.9
        (6, 32, 2),  # (5.4 - 2.6) / 3.2 < 1; at half the width (5.4 - 1.3) / 1.6 = 2.6
        (1, 32, 1),
    ],
)
def test_on_gpus(gigabytes, width, batch):
    machine = Machine(cores=16, gpu='a GPU', gpu_bytes=gigabytes * 10**9)
    found = propose([(512, 512)] * 3, 1000, machine)
    assert found.size == (256, 256) and found.resized == (286, 286)
    assert found.base_channels == width
    assert found.batch_size == batch
    assert found.iterations == 200 * 1000 // found.batch_size
    assert 'measured on a CPU' in '\n'.join(found.reasons)


def test_wide_photos_on_a_gpu():
    machine = Machine(cores=2, gpu='a GPU', gpu_bytes=80 * 10**9)
    assert propose([(1024, 2048)], 2975, machine).size == (256, 512)
    assert propose([(500, 2048)], 2975, machine).size == (128, 512)


def test_large_tiles():
    shrunk = propose([(6000, 6000)] * 5, 50, CPU)
    # 128 x 286 / 256 = 143; 6000 / 143 = 42.
    assert shrunk.resized == (143, 143) and 'shrunk 42 times' in '\n'.join(shrunk.reasons)
    cropped = propose([(6000, 6000)] * 5, 50, CPU, crop=True)
    assert cropped.size == (128, 128) and cropped.resized is None
    assert 'each 0.05% of the median photo' in '\n'.join(cropped.reasons)
    small = propose([(6000, 6000), (100, 700)], 50, CPU, crop=True)
    assert small.size == (96, 96)
    with pytest.raises(
        ConfigError, match='--crop: 1 of 2 photos are smaller than 128x128, such as'
    ):
        propose([(6000, 6000), (100, 700)], 50, CPU, size=(128, 128), crop=True)
