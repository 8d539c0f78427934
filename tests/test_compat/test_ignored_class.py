"""A class that IoUMetric is told to ignore is in no mean."""

import math

import numpy as np
import pytest
import torch
from mmengine.structures import PixelData
from mmseg.evaluation import IoUMetric
from mmseg.structures import SegDataSample

from projects.ecgan.compat import ignored_class

META = dict(classes=('sky', 'wall', 'road'))
# Of the pixels that are not sky: wall 2 of 3 found, one taken for sky; road 2 of 2.
TRUTH, GUESS = torch.tensor([[[0, 1, 1, 2, 2, 1]]]), torch.tensor([[[0, 1, 0, 2, 2, 1]]])


class Stock(IoUMetric):
    """The metric as it is installed."""

    compute_metrics = getattr(IoUMetric.compute_metrics, '__wrapped__', IoUMetric.compute_metrics)


def measure(kind: type, truth=TRUTH, guess=GUESS, **settings) -> dict[str, float]:
    metric = kind(**settings)
    metric.dataset_meta = META
    sample = SegDataSample(gt_sem_seg=PixelData(data=truth), pred_sem_seg=PixelData(data=guess))
    metric.process({}, [sample.to_dict()])
    values = metric.evaluate(1)
    assert metric.dataset_meta is META
    return values


def test_stock_metric_averages_it_in():
    assert measure(Stock, ignore_index=0)['mIoU'] == pytest.approx(100 * (2 / 3 + 1) / 3, abs=0.01)


@pytest.mark.parametrize('nan_to_num', [None, 0])
def test_it_is_in_no_mean(nan_to_num):
    values = measure(IoUMetric, ignore_index=0, nan_to_num=nan_to_num)
    expected = 100 * (2 / 3 + 1) / 2
    assert values == pytest.approx({'aAcc': 80.0, 'mIoU': expected, 'mAcc': expected}, abs=0.01)


def test_nor_in_those_of_dice_and_precision():
    values = measure(IoUMetric, ignore_index=0, iou_metrics=['mDice', 'mFscore'])
    dice = 100 * (4 / 5 + 1) / 2
    assert values['mDice'] == values['mFscore'] == pytest.approx(dice, abs=0.01)
    assert values['mPrecision'] == 100
    assert values['mRecall'] == pytest.approx(100 * (2 / 3 + 1) / 2, abs=0.01)


@pytest.fixture
def said(monkeypatch) -> list[str]:
    """What a cure that is put on from now on says."""
    texts = []
    monkeypatch.setattr('mmengine.logging.print_log', lambda text, *a, **k: texts.append(text))
    return texts


def mended() -> type:
    """The metric with the cure, put on anew."""
    module = type('Module', (), {'IoUMetric': type('Own', (Stock,), {})})
    ignored_class._patch(module)
    return module.IoUMetric


def test_the_log_names_it(said):
    measure(mended(), ignore_index=2)
    assert said == [
        'IoUMetric: ignore_index 2 leaves road out of every mean: 2 of 3 classes are scored'
    ]


def test_labels_of_no_class_are_counted(said):
    truth = TRUTH.clone()
    truth[0, 0, :2] = torch.tensor([7, 255])
    values = measure(mended(), truth)
    (sentence,) = said
    assert sentence.startswith('IoUMetric: 1 of 5 pixels have a label that is neither one of the 3')
    assert values == measure(Stock, truth)


def test_nothing_is_said_of_sound_labels(said):
    measure(mended())
    assert said == []


def test_any_other_value_changes_nothing():
    truth = TRUTH.clone()
    truth[0, 0, 0] = 255
    assert measure(IoUMetric, truth) == measure(Stock, truth)


def test_where_nothing_is_known_there_is_no_number():
    with np.errstate(all='ignore'), pytest.warns(RuntimeWarning, match='empty slice'):
        values = measure(IoUMetric, torch.zeros_like(TRUTH), ignore_index=0)
    assert all(math.isnan(value) for value in values.values())
