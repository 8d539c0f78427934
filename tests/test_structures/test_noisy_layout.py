"""A layout with noise against a plain walk over its pixels."""

import pytest
import torch
from torch.nn import functional as F

from projects.ecgan.structures import Layout, NoisyLayout

CLASSES, NOISE = 3, 2


def make_noisy(seed=0, batch=2, size=(6, 8), boundary=True, unknown=True, regions=4):
    generator = torch.Generator().manual_seed(seed)

    def draw(high):
        return torch.randint(0, high, (batch, *size), generator=generator)

    plain = Layout(draw(CLASSES + 1), CLASSES, unknown, draw(2) if boundary else None)
    return NoisyLayout(plain, draw(regions), torch.randn(regions, NOISE, generator=generator))


@pytest.mark.parametrize(('boundary', 'unknown'), [(False, False), (True, False), (True, True)])
def test_channels_are_the_layouts_then_the_noise(boundary, unknown):
    layout = make_noisy(boundary=boundary, unknown=unknown)
    dense = layout.one_hot()
    assert dense.shape[1] == layout.num_channels == layout.plain.num_channels + NOISE
    assert torch.equal(dense[:, :-NOISE], layout.plain.one_hot())
    for n in range(2):
        for i in range(6):
            for j in range(8):
                expected = layout.vectors[layout.regions[n, i, j]]
                assert torch.equal(dense[n, -NOISE:, i, j], expected)
    values, channels = layout.codes()
    assert torch.equal(channels[values].movedim(-1, 1), dense)


def test_neighbourhoods_are_those_of_labels_and_noise():
    layout = make_noisy()
    index = layout.neighbourhoods()
    unfolded = F.unfold(layout.one_hot(), 3, padding=1)
    unfolded = unfolded.transpose(1, 2).reshape(-1, layout.num_channels, 9).transpose(1, 2)
    assert torch.equal(index.codes[index.windows_3[index.pixels_3]], unfolded)
    # One vector for the picture tells no neighbourhood from another: as many as without noise.
    once = NoisyLayout(layout.plain, torch.zeros_like(layout.regions), layout.vectors[:1])
    assert len(once.neighbourhoods().windows_5) == len(layout.plain.neighbourhoods().windows_5)


def test_what_is_done_to_a_layout_is_done_to_its_noise():
    layout = make_noisy()
    dense = layout.one_hot()
    small = layout.resized((3, 4))
    assert isinstance(small, NoisyLayout) and small is layout.resized((3, 4))
    assert torch.equal(small.one_hot(), dense[..., ::2, ::2])
    assert torch.equal(layout[1:].one_hot(), dense[1:])
    assert torch.equal(layout.to('cpu').one_hot(), dense)
    other = make_noisy(1, batch=1)
    together = layout.stacked([layout, other])
    assert torch.equal(together.one_hot(), torch.cat([dense, other.one_hot()]))


def test_noise_is_replaced_inside_a_mask():
    layout, other = make_noisy(), make_noisy()
    other = NoisyLayout(layout.plain, other.regions, -layout.vectors)
    mask = torch.rand(2, 6, 8) < 0.5
    replaced = layout.replaced(mask, other).one_hot()
    expected = torch.where(mask.unsqueeze(1), other.one_hot(), layout.one_hot())
    assert torch.equal(replaced, expected)


def test_pixels_of_their_own_do_not_repeat():
    layout = make_noisy()
    pixels = torch.arange(2 * 6 * 8).view(2, 6, 8)
    assert layout.may_repeat
    assert not NoisyLayout(layout.plain, pixels, torch.randn(96, NOISE)).may_repeat


def test_shapes_that_do_not_fit():
    layout = make_noisy()
    with pytest.raises(ValueError, match=r'regions \(2, 6, 4\) and labels \(2, 6, 8\)'):
        NoisyLayout(layout.plain, layout.regions[..., :4], layout.vectors)
    with pytest.raises(ValueError, match=r'vectors \(2,\) be \(R, Z\)'):
        NoisyLayout(layout.plain, layout.regions, layout.vectors[0])
