"""The segmenting discriminator's loss against a literal transcription, and by hand."""

import math

import pytest
import torch
from mmagic.registry import MODELS

from projects.ecgan.losses import segmentation_gan_loss
from projects.ecgan.structures import Layout


def literally(logits, labels, as_generated):
    """Pixel by pixel, class by class."""
    batch, channels, height, width = logits.shape
    classes = channels - 1
    pixels = [(b, y, x) for b in range(batch) for y in range(height) for x in range(width)]
    pixels = [p for p in pixels if labels[p] != classes]
    total = torch.zeros((), dtype=logits.dtype)
    for b, y, x in pixels:
        values = logits[b, :, y, x].exp()
        probabilities = values / values.sum()
        if as_generated:
            total = total - probabilities[classes].log() / len(pixels)
            continue
        for c in range(classes):
            if labels[b, y, x] == c:
                count = sum(labels[p].item() == c for p in pixels)
                alpha = len(pixels) / count
                total = total - alpha * probabilities[c].log() / len(pixels)
    return total


@pytest.mark.parametrize('as_generated', [False, True])
def test_equals_the_transcription_with_its_gradient(as_generated):
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(2, 5, 3, 4, generator=generator, dtype=torch.float64).requires_grad_()
    # Class 2 is absent, 4 is unknown.
    labels = torch.tensor([0, 1, 3, 4, 1, 0])[torch.randint(0, 6, (2, 3, 4), generator=generator)]
    found = segmentation_gan_loss(logits, labels, as_generated)
    expected = literally(logits, labels, as_generated)
    torch.testing.assert_close(found, expected)
    (a,), (b,) = (torch.autograd.grad(each, logits) for each in (found, expected))
    torch.testing.assert_close(a, b)
    assert not a[(labels == 4).unsqueeze(1).expand_as(a)].any()


def test_by_hand():
    loss = MODELS.build(dict(type='SegmentationGANLoss', loss_weight=3.0))
    # Two classes and "generated"; three pixels of class 0, one of class 1.
    layout = Layout(torch.tensor([[[0, 0, 0, 1]]]), 2)
    even = torch.zeros(1, 3, 1, 4)
    # Each of two classes present weighs as one mean of log 3.
    assert loss(even, True, is_disc=True, layout=layout).item() == pytest.approx(2 * math.log(3))
    assert loss(even, False, is_disc=True, layout=layout).item() == pytest.approx(math.log(3))
    assert loss(even, True, is_disc=False, layout=layout).item() == pytest.approx(6 * math.log(3))
    # Class 1 at its one pixel with probability 3 / 5.
    sure = even.clone()
    sure[0, 1, 0, 3] = math.log(3)
    found = loss(sure, True, is_disc=True, layout=layout).item()
    assert found == pytest.approx(math.log(3) - math.log(0.6))
    # Odds of the classes against "generated": 2 to 1, there 4 to 1.
    scores = loss.scores(sure).flatten().tolist()
    assert scores == pytest.approx([math.log(2)] * 3 + [math.log(4)])


def test_nothing_known_costs_nothing_and_shapes_are_checked():
    logits, unknown = torch.randn(1, 3, 2, 2), torch.full((1, 2, 2), 2)
    for as_generated in (False, True):
        assert segmentation_gan_loss(logits, unknown, as_generated).item() == 0
    with pytest.raises(ValueError, match=r'\(1, 3, 2, 2\) and \(1, 2, 3\)'):
        segmentation_gan_loss(logits, torch.zeros(1, 2, 3).long(), True)


def test_normalised_weights_have_the_mean_one():
    loss = MODELS.build(dict(type='SegmentationGANLoss', normalize=True))
    layout = Layout(torch.tensor([[[0, 0, 0, 1, 3]]]), 3)
    logits = torch.randn(1, 4, 1, 5, generator=torch.Generator().manual_seed(0))
    plain = segmentation_gan_loss(logits, layout.labels, False)
    # Two of three classes are present; the last pixel is unknown.
    torch.testing.assert_close(loss(logits, True, True, layout), plain / 2)
    generated = segmentation_gan_loss(logits, layout.labels, True)
    torch.testing.assert_close(loss(logits, False, True, layout), generated)
    even = torch.zeros(1, 4, 1, 5)
    # Photos and generated images then weigh the same.
    assert loss(even, True, True, layout).item() == pytest.approx(math.log(4))
    assert loss(even, False, True, layout).item() == pytest.approx(math.log(4))
