"""A cross entropy with weights of the classes, with and without unknown pixels."""

import pytest
import torch
from mmseg.models.losses import CrossEntropyLoss
from torch.nn import functional as F

WEIGHTS = [1.0, 2.0, 5.0]


@pytest.mark.parametrize('avg_non_ignore', [True, False])
@pytest.mark.parametrize('unknown', [0, 7, 50])
def test_it_is_pytorchs_mean_over_the_known_pixels(avg_non_ignore, unknown):
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(2, 3, 5, 6, generator=generator)
    labels = torch.randint(0, 3, (2, 5, 6), generator=generator)
    labels.view(-1)[:unknown] = 255
    loss = CrossEntropyLoss(class_weight=WEIGHTS, avg_non_ignore=avg_non_ignore)
    expected = F.cross_entropy(logits, labels, torch.tensor(WEIGHTS), ignore_index=255)
    torch.testing.assert_close(loss(logits, labels, ignore_index=255), expected)


def test_other_means_are_the_originals():
    logits, labels = torch.randn(1, 3, 2, 2), torch.tensor([[[0, 1], [2, 255]]])
    loss = CrossEntropyLoss(avg_non_ignore=True)
    expected = F.cross_entropy(logits, labels, ignore_index=255)
    torch.testing.assert_close(loss(logits, labels, ignore_index=255), expected)
    plain = CrossEntropyLoss(class_weight=WEIGHTS, reduction='none')
    found = plain(logits, labels, ignore_index=255)
    each = F.cross_entropy(
        logits, labels, torch.tensor(WEIGHTS), ignore_index=255, reduction='none'
    )
    torch.testing.assert_close(found, each)
