"""IoU and accuracies against literal loops, and what a class without pixels means."""

import math

import numpy as np
import pytest
import torch
from mmseg.evaluation import IoUMetric

from projects.ecgan.evaluation import SegmentationFidelity
from projects.ecgan.evaluation.class_areas import class_areas, class_scores, missing_classes

UNKNOWN = 255
NAMES = ('sky', 'wall', 'road', 'tree')


def _literal(prediction, label, num_classes, ignored):
    """The scores pixel by pixel, class by class."""
    ious, accuracies, hits, known = [], [], 0, 0
    for each in range(num_classes):
        both = either = of_label = 0
        for guess, truth in zip(prediction.flatten().tolist(), label.flatten().tolist()):
            if truth in ignored:
                continue
            both += guess == each and truth == each
            either += guess == each or truth == each
            of_label += truth == each
        hits, known = hits + both, known + of_label
        if each not in ignored:
            ious.append(both / either if either else math.nan)
            accuracies.append(both / of_label if of_label else math.nan)
    return ious, accuracies, hits / known


@pytest.mark.parametrize('ignored', [(255,), (0,), (2, 255), (0, 1, 255)])
@pytest.mark.parametrize('seed', range(3))
def test_scores_against_literal_loops(seed, ignored):
    rng = np.random.default_rng(seed)
    # Class 3 is in no layout, class 4 nowhere; some pixels are unknown, also to the prediction.
    label = torch.from_numpy(rng.choice([0, 1, 2, *ignored], (2, 9, 7)))
    prediction = torch.from_numpy(rng.choice([0, 1, 2, 3, ignored[-1]], (2, 9, 7)))
    ious, accuracies, accuracy = _literal(prediction, label, 5, ignored)
    result = SegmentationFidelity.calculate(prediction, label, 5, ignored)
    assert result['mIoU'] == pytest.approx(np.nanmean(ious), abs=1e-12)
    assert result['mAcc'] == pytest.approx(np.nanmean(accuracies), abs=1e-12)
    assert result['aAcc'] == pytest.approx(accuracy, abs=1e-12)
    scored = [k for k in range(5) if k not in ignored]
    for name, expected in (('IoU', ious), ('Acc', accuracies)):
        column = result['per_class'][name]
        assert [column[k] for k in scored] == [
            None if math.isnan(value) else pytest.approx(value) for value in expected
        ]
        assert all(column[k] is None for k in range(5) if k in ignored)


def test_an_ignored_class_is_in_no_mean():
    # Class 0 is ignored and predicted once: class 1 has 2 of 3, class 2 has 2 of 2 of its pixels.
    label = torch.tensor([[[0, 1, 1, 2, 2, 1]]])
    prediction = torch.tensor([[[0, 1, 0, 2, 2, 1]]])
    result = SegmentationFidelity.calculate(prediction, label, 3, ignore_index=0)
    assert result['mIoU'] == pytest.approx((2 / 3 + 1) / 2)  # torchmetrics 1.9.0: 0.8333333
    assert result['mAcc'] == pytest.approx((2 / 3 + 1) / 2)
    assert result['aAcc'] == pytest.approx(4 / 5)
    assert result['per_class']['IoU'] == [None, pytest.approx(2 / 3), 1.0]


def test_areas_of_mmsegmentation_are_the_same():
    generator = torch.Generator().manual_seed(0)
    label = torch.randint(0, 5, (9, 8), generator=generator)
    prediction = torch.randint(0, 6, (9, 8), generator=generator)
    label[0] = UNKNOWN
    theirs = torch.stack(IoUMetric.intersect_and_union(prediction, label, 6, UNKNOWN))
    ours = class_areas(prediction, label, 6, (UNKNOWN,))
    assert ours.equal(theirs.double())
    values = IoUMetric.total_area_to_metrics(*ours)
    scores = class_scores(ours, range(6))
    assert scores['mIoU'] == pytest.approx(np.nanmean(values['IoU']))
    assert scores['mAcc'] == pytest.approx(np.nanmean(values['Acc']))
    assert scores['aAcc'] == pytest.approx(float(values['aAcc']))


def test_a_prediction_of_no_class_finds_nothing():
    label, prediction = torch.tensor([[[1, 1]]]), torch.tensor([[[1, UNKNOWN]]])
    result = SegmentationFidelity.calculate(prediction, label, 2)
    assert (result['mIoU'], result['aAcc']) == (0.5, 0.5)


@pytest.mark.parametrize('dtype', [torch.uint8, torch.int16, torch.int64])
@pytest.mark.parametrize('ignore_index', [255, -1, (0, 255)])
def test_any_type_of_whole_numbers(dtype, ignore_index):
    label = torch.tensor([[[1, 1, 0]]], dtype=dtype)
    result = SegmentationFidelity.calculate(label, label, 2, ignore_index)
    assert result['mIoU'] == 1


def test_where_nothing_is_known_there_is_no_number():
    label = torch.full((1, 2, 2), UNKNOWN)
    result = SegmentationFidelity.calculate(torch.zeros_like(label), label, 2)
    assert all(math.isnan(result[name]) for name in ('mIoU', 'mAcc', 'aAcc'))
    assert result['per_class'] == {'IoU': [None, None], 'Acc': [None, None]}
    assert missing_classes(result['per_class'], range(2), NAMES) == [
        'no pixel of the layouts is known, so there is neither IoU nor accuracy'
    ]


def test_classes_without_pixels_are_named():
    label, prediction = torch.tensor([[[0, 0, 1]]]), torch.tensor([[[0, 2, 1]]])
    result = SegmentationFidelity.calculate(prediction, label, 4)
    # IoU 1/2, 1, 0 and none; accuracy 1/2, 1 and twice none.
    assert result['mIoU'] == pytest.approx(1.5 / 3)
    assert result['mAcc'] == pytest.approx(1.5 / 2)
    absent, invented = missing_classes(result['per_class'], range(4), NAMES)
    assert absent.startswith('neither in the layouts nor predicted, and so in no mean')
    assert absent.endswith('is 1 of 4 classes: tree')
    assert invented.startswith('predicted but in no layout, and so in mIoU with 0')
    assert invented.endswith('is 1 of 4 classes: road')
    assert missing_classes(result['per_class'], [0, 1], NAMES) == []


def test_many_classes_are_counted_and_some_named():
    many = {'IoU': [1.0] + [None] * 20, 'Acc': [1.0] + [None] * 20}
    (sentence,) = missing_classes(many, range(21), [f'c{k}' for k in range(21)])
    assert sentence.endswith('are 20 of 21 classes: c1, c2, c3, c4, c5, c6, c7, c8 and 12 more')
