"""IoU by class: by hand, and mmsegmentation's own means."""

import math

import pytest
import torch
from mmseg.evaluation import IoUMetric
from mmseg.registry import METRICS

CLASSES = ('sky', 'road', 'sign', 'car')


def sample(prediction, label):
    data = {'pred_sem_seg': {'data': prediction[None]}, 'gt_sem_seg': {'data': label[None]}}
    return {**data, 'img_path': 'a.png'}


def measure(metric, samples):
    metric.dataset_meta = {'classes': CLASSES}
    metric.process({}, samples)
    return metric.evaluate(len(samples))


def test_by_hand_over_two_pictures():
    """Areas are summed first: sky 3 of 4, road 2 of 4, sign 0 of 1; car is nowhere."""
    samples = [
        sample(torch.tensor([[0, 0, 1, 1]]), torch.tensor([[0, 0, 0, 1]])),
        sample(torch.tensor([[0, 1, 1, 1]]), torch.tensor([[0, 1, 2, 255]])),
    ]
    scores = measure(METRICS.build(dict(type='IoUByClass')), samples)
    assert scores.keys() == {'mIoU', 'mAcc', 'aAcc', 'IoU.sky', 'IoU.road', 'IoU.sign'}
    assert scores['IoU.sky'] == pytest.approx(3 / 4)
    assert scores['IoU.road'] == pytest.approx(2 / 4)
    assert scores['IoU.sign'] == 0
    assert scores['mIoU'] == pytest.approx((3 / 4 + 2 / 4) / 3)
    assert scores['mAcc'] == pytest.approx((3 / 4 + 1) / 3)
    assert scores['aAcc'] == pytest.approx(5 / 7)


def test_means_are_mmsegmentation_s():
    generator = torch.Generator().manual_seed(0)
    maps = torch.randint(0, 4, (2, 5, 9, 7), generator=generator)
    samples = [sample(*pair) for pair in zip(*maps)]
    scores = measure(METRICS.build(dict(type='IoUByClass')), samples)
    for key, percent in measure(IoUMetric(), samples).items():
        assert math.isclose(100 * scores[key], percent, abs_tol=0.006), key
