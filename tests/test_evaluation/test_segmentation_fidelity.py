import copy

import numpy as np
import pytest
import torch
from evaluation_toys import (
    NUM_CLASSES,
    ToyGenerator,
    evaluate,
    loader_config,
    make_labels,
    trained,
    write_segmentor,
)
from mmagic.registry import METRICS
from mmengine.runner import Runner

from projects.ecgan.errors import ConfigError
from projects.ecgan.evaluation import SegmentationFidelity


def test_calculate_on_a_confusion_worked_out_by_hand():
    # labels:      0 0 0 0 | 1 1 1 2 | ?      predictions: 0 0 0 1 | 1 1 2 2 | 0
    labels = torch.tensor([[[0, 0, 0, 0, 1, 1, 1, 2, 255]]])
    predictions = torch.tensor([[[0, 0, 0, 1, 1, 1, 2, 2, 0]]])
    result = SegmentationFidelity.calculate(predictions, labels, num_classes=4)
    # IoU: 3/4, 2/4, 1/2 and nothing for class 3; the unknown pixel counts nowhere.
    assert result['per_class']['IoU'] == [0.75, 0.5, 0.5, None]
    assert result['per_class']['Acc'] == pytest.approx([3 / 4, 2 / 3, 1, None])
    assert result['mIoU'] == pytest.approx(1.75 / 3)
    assert result['mAcc'] == pytest.approx((3 / 4 + 2 / 3 + 1) / 3)
    assert result['aAcc'] == pytest.approx(6 / 8)


def test_calculate_sums_areas_before_it_divides():
    labels = torch.tensor([[[0, 0, 0, 1]], [[0, 1, 1, 1]]])
    predictions = torch.tensor([[[0, 0, 0, 0]], [[0, 0, 0, 1]]])
    result = SegmentationFidelity.calculate(predictions, labels, num_classes=2)
    # Class 0: 4 of 4 hit, 7 predicted -> 4/7. Class 1: 1 hit, 4 labelled, 1 predicted -> 1/4.
    assert result['per_class']['IoU'] == pytest.approx([4 / 7, 1 / 4])


@pytest.mark.slow
def test_calculate_is_exact_beyond_the_integers_of_float32():
    # 2**24 + 1 is no float32: mmseg's own running sum loses the last pixel.
    labels = torch.zeros(1025, 128, 128, dtype=torch.uint8)
    predictions = labels.clone()
    predictions[-1, 0, 0] = 1
    result = SegmentationFidelity.calculate(predictions, labels, num_classes=2)
    pixels = 1025 * 128 * 128
    assert pixels > 2**24
    assert result['aAcc'] == (pixels - 1) / pixels


@pytest.mark.parametrize(
    ('predictions', 'labels', 'message'),
    [
        (torch.zeros(1, 2, 2), torch.zeros(1, 2, 3), r'prediction is \(2, 2\), label \(2, 3\)'),
        (torch.full((1, 2, 2), 7), torch.zeros(1, 2, 2), r'0.* to 7.*, outside 0\.\.2'),
        (torch.zeros(0, 2, 2), torch.zeros(0, 2, 2), '0 predictions and 0 label maps'),
    ],
)
def test_calculate_refuses(predictions, labels, message):
    with pytest.raises(ValueError, match=message):
        SegmentationFidelity.calculate(predictions, labels, num_classes=3)


@pytest.mark.parametrize(
    ('count', 'unknown'), [(255, 255), (256, 65535), (257, 65535), (300, 65535)]
)
def test_the_last_class_counts_and_unknown_does_not(count, unknown):
    # labels:      0 k k k ?      predictions: 0 k k 0 k
    last = count - 1
    labels = torch.tensor([[[0, last, last, last, unknown]]])
    predictions = torch.tensor([[[0, last, last, 0, last]]])
    result = SegmentationFidelity.calculate(predictions, labels, count)
    assert result['per_class']['IoU'] == pytest.approx([1 / 2, *[None] * (count - 2), 2 / 3])
    assert result['mIoU'] == pytest.approx(7 / 12) and result['aAcc'] == pytest.approx(3 / 4)


def test_class_255_in_bytes_counts():
    labels = torch.tensor([[[0, 255, 255, 255]]], dtype=torch.uint8)
    predictions = torch.tensor([[[0, 255, 255, 0]]])
    result = SegmentationFidelity.calculate(predictions, labels, 256)
    assert result['aAcc'] == pytest.approx(3 / 4)


@pytest.mark.parametrize(
    ('count', 'unknown'), [(255, 255), (256, 65535), (257, 65535), (300, 65535)]
)
def test_a_judge_of_many_classes(tmp_path, count, unknown):
    segmentor = write_segmentor(tmp_path, count)
    weights = torch.load(segmentor['checkpoint'], weights_only=True)
    # Class k is a mean of the three channels of 2 k / 3, so that 8 bits hold 300 classes.
    weights['state_dict']['step'].fill_(2 / 3)
    torch.save(weights, segmentor['checkpoint'])
    metric = SegmentationFidelity(segmentor, sources=('generated',))
    last = count - 1
    red = min(2 * last, 255)
    green = min(2 * last - red, 255)
    colour = torch.tensor([red, green, 2 * last - red - green], dtype=torch.uint8)
    label = torch.full((8, 8), last)
    label[:, 4:] = unknown
    label[0, :4] = 0
    fake = colour.view(3, 1, 1).expand(3, 8, 8).contiguous()
    metric.process({}, [dict(gt_label_map=label, fake_img=fake)])
    values = metric.compute_metrics(metric.results)
    # Known are 32 pixels: 28 of the last class, which is seen everywhere, and 4 of class 0.
    assert values['generated/aAcc'] == pytest.approx(28 / 32)
    assert values['generated/mIoU'] == pytest.approx((28 / 32 + 0) / 2)
    assert metric.protocol()['label_pixels'] == 32
    assert metric.protocol()['ignore_index'] == unknown


def test_perfect_images_score_one(tmp_path):
    metric = {'type': 'SegmentationFidelity', 'segmentor': write_segmentor(tmp_path)}
    result = evaluate([METRICS.build(metric)])
    assert result == {
        f'{source}/{key}': 1.0
        for source in ('generated', 'real')
        for key in ('mIoU', 'mAcc', 'aAcc')
    }


def test_half_wrong_images_score_what_numpy_counts(tmp_path):
    metric = SegmentationFidelity(write_segmentor(tmp_path), sources=('generated', 'coarse'))
    result = evaluate([metric], length=5, model=ToyGenerator(wrong=1, coarse=True))
    labels = np.stack([make_labels(index).numpy() for index in range(5)])
    painted = np.where(labels == 255, 3, labels)
    painted[:, :, :4] = (painted[:, :, :4] + 1) % NUM_CLASSES
    known = labels != 255
    for source, images in (('generated', painted), ('coarse', np.zeros_like(painted))):
        ious = []
        for index in range(NUM_CLASSES):
            truth, guess = (labels == index) & known, (images == index) & known
            ious.append((truth & guess).sum() / (truth | guess).sum())
        assert metric.details[source]['per_class']['IoU'] == pytest.approx(ious, abs=1e-12)
        assert result[f'{source}/mIoU'] == pytest.approx(np.mean(ious), abs=1e-12)
        accuracy = ((labels == images) & known).sum() / known.sum()
        assert result[f'{source}/aAcc'] == pytest.approx(accuracy, abs=1e-12)
    assert metric.num_images == 5
    assert metric.protocol()['label_pixels'] == known.sum()


def test_real_images_are_scored_once(tmp_path):
    from mmagic.evaluation import Evaluator

    metric = SegmentationFidelity(write_segmentor(tmp_path))
    evaluator = Evaluator([metric])
    model = trained(ToyGenerator(wrong=2))
    loader = Runner.build_dataloader(loader_config(3))
    evaluator.prepare_metrics(model, loader)
    results = []
    for _ in range(2):
        for batch in loader:
            evaluator.process(model.test_step(copy.deepcopy(batch)), batch, [metric])
        results.append(evaluator.evaluate())
    assert results[0] == results[1]
    assert results[1]['real/mIoU'] == 1.0
    # 3 generated and 3 real images, then 3 generated ones.
    assert len(metric.segmentor.model.seen) == 9


def test_prefix_and_sources(tmp_path):
    metric = SegmentationFidelity(write_segmentor(tmp_path), sources=('real',), prefix='street')
    assert sorted(evaluate([metric])) == [
        'street/real/aAcc',
        'street/real/mAcc',
        'street/real/mIoU',
    ]


def test_wrong_source_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"sources has \['fake'\]"):
        SegmentationFidelity(write_segmentor(tmp_path), sources=('fake',))


def test_absent_output_is_named(tmp_path):
    metric = SegmentationFidelity(write_segmentor(tmp_path), sources=('coarse',))
    with pytest.raises(ConfigError, match="needs 'fake_coarse' in every sample"):
        evaluate([metric])


def test_segmentor_with_another_number_of_classes_than_the_mapping(tmp_path):
    segmentor = write_segmentor(tmp_path, num_classes=5)
    with pytest.raises(
        ValueError, match="predicts 5 classes, but label mapping 'ade20k' scores 150"
    ):
        SegmentationFidelity(segmentor, label_mapping='ade20k')


def test_segmentor_with_another_number_of_classes_than_the_data_set(tmp_path):
    metric = SegmentationFidelity(write_segmentor(tmp_path, num_classes=5))
    with pytest.raises(ValueError, match=r'predicts 5 classes, but ToyLayouts has 4\.'):
        evaluate([metric])


def test_empty_validation_set(tmp_path):
    metric = SegmentationFidelity(write_segmentor(tmp_path))
    with pytest.raises(ValueError, match='the validation set is empty: ToyLayouts'):
        evaluate([metric], length=0)


def _counted(ignored: tuple[int, ...], length: int = 5) -> dict[int, float]:
    """IoU of the classes of ToyGenerator(wrong=1) that are not ignored, counted by numpy."""
    labels = np.stack([make_labels(index).numpy() for index in range(length)])
    painted = np.where(labels == 255, 3, labels)
    painted[:, :, :4] = (painted[:, :, :4] + 1) % NUM_CLASSES
    known = ~np.isin(labels, ignored)
    ious = {}
    for k in set(range(NUM_CLASSES)) - set(ignored):
        truth, guess = (labels == k) & known, (painted == k) & known
        ious[k] = (truth & guess).sum() / (truth | guess).sum()
    return ious


def test_an_ignored_class_is_in_no_mean_and_no_table(tmp_path):
    segmentor, model = write_segmentor(tmp_path), ToyGenerator(wrong=1)
    metric = SegmentationFidelity(segmentor, sources=('generated',), ignore_index=(0, 255))
    result, ious = evaluate([metric], model=model), _counted((0, 255))
    assert result['generated/mIoU'] == pytest.approx(np.mean(list(ious.values())), abs=1e-12)
    assert metric.scored == [1, 2, 3]
    assert metric.protocol()['classes'] == ['wall', 'road', 'tree']
    assert metric.protocol()['num_classes'] == 3
    assert metric.details['generated']['per_class']['IoU'][0] is None
    assert metric.remarks == [
        'ignore_index (0, 255) leaves sky out of every mean and table: 3 of 4 classes are scored'
    ]


def test_a_class_whose_every_label_is_ignored_is_ignored():
    from projects.ecgan.evaluation import LabelMapping

    # Ids 0 and 1 are merged, 3 is not scored: class 0 is left as long as one of its ids is.
    mapping = LabelMapping('merged', (0, 0, 1, 255), 2, ('ground', 'sky'))
    assert mapping.scored(255) == [0, 1]
    assert mapping.scored(0) == [0, 1]
    assert mapping.scored((0, 1)) == [1]
    assert mapping.scored((0, 1, 2)) == []
    assert mapping(torch.tensor([0, 1, 2, 3]), (0, 3)).tolist() == [255, 0, 1, 255]


def test_single_classes_are_results_where_they_are_wanted(tmp_path):
    settings = dict(sources=('generated',), prefix='a', ignore_index=0)
    metric, key = (
        SegmentationFidelity(write_segmentor(tmp_path), **settings),
        'a/generated/IoU.road',
    )
    metric.wanted = {key}
    result = evaluate([metric], model=ToyGenerator(wrong=1))
    assert metric.class_keys()[key] == ('generated', 'IoU', 2)
    assert result[key] == pytest.approx(_counted((0, 255))[2])
    assert sorted(result) == sorted([*SegmentationFidelity.keys(**settings), key])
    possible = SegmentationFidelity.keys(['sky', 'wall', 'road', 'tree'], **settings)
    assert 'a/generated/IoU.tree' in possible
    assert 'a/generated/IoU.sky' not in possible


def test_classes_without_pixels_are_said(tmp_path):
    metric = SegmentationFidelity(write_segmentor(tmp_path), sources=('coarse',))
    # The coarse image is of class 0 alone; class 3 is ignored in the layouts and never drawn.
    metric.ignore_index = (0, 1, 2, 255)
    result = evaluate([metric], model=ToyGenerator(coarse=True))
    # Of the pixels of class 3, which alone is left, none was found.
    assert (result['coarse/mIoU'], result['coarse/aAcc']) == (0, 0)
    metric.ignore_index = (0, 1, 2, 3, 255)
    result = evaluate([metric], model=ToyGenerator(coarse=True))
    assert all(np.isnan(value) for value in result.values())
    assert metric.remarks[-1] == (
        'coarse: no pixel of the layouts is known, so there is neither IoU nor accuracy'
    )
