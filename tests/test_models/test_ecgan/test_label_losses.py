"""The label generator's losses by numbers derived by hand."""

import math

import pytest
import torch
from torch import nn

from projects.ecgan.losses import SimilarityLoss
from projects.ecgan.models.ecgan.label_losses import label_losses
from projects.ecgan.structures import Layout

CLASSES = 3
LABELS = torch.tensor([[[0, 1], [2, CLASSES]]])
LAYOUT = Layout(LABELS, CLASSES, with_unknown=True)
IMAGE, PHOTO = torch.zeros(1, 3, 2, 2), torch.ones(1, 3, 2, 2)


class Uniform(nn.Module):
    """Every class is equally likely everywhere; notes what it is shown."""

    def forward(self, image):
        self.seen = image
        return image.new_zeros(len(image), CLASSES, 2, 2)


def test_cross_entropy_of_photos_leaves_unknown_pixels_out():
    losses = label_losses(Uniform(), LAYOUT, [IMAGE], PHOTO, None, 0.5)
    assert set(losses) == {'loss_label'}
    assert losses['loss_label'].item() == pytest.approx(0.5 * math.log(CLASSES))


def test_similarity_is_summed_over_images_and_the_photo_is_spared():
    network, loss = Uniform(), SimilarityLoss()
    one = label_losses(network, LAYOUT, [IMAGE], PHOTO, loss, 0.0)
    assert set(one) == {'loss_similarity'} and torch.equal(network.seen, IMAGE)
    two = label_losses(network, LAYOUT, [IMAGE, PHOTO], PHOTO, loss, 0.0)
    assert two['loss_similarity'].item() == pytest.approx(2 * one['loss_similarity'].item())


def test_one_run_serves_all_images():
    network = Uniform()
    losses = label_losses(network, LAYOUT, [IMAGE], PHOTO, SimilarityLoss(), 1.0)
    assert set(losses) == {'loss_similarity', 'loss_label'}
    assert torch.equal(network.seen, torch.cat([IMAGE, PHOTO]))


def test_no_known_pixel_costs_nothing():
    layout = Layout(torch.full((1, 2, 2), CLASSES), CLASSES, with_unknown=True)
    assert label_losses(Uniform(), layout, [IMAGE], PHOTO, None, 1.0)['loss_label'] == 0
