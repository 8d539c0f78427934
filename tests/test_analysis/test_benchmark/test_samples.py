import numpy as np
import pytest
import torch

from projects.ecgan.analysis.benchmark import LAYOUTS, BenchmarkSettings, samples
from projects.ecgan.analysis.benchmark.samples import FoldLabels, describe_layouts, load_batches


@pytest.mark.parametrize(
    'layout, channels, size',
    [
        ('cityscapes', 36, (256, 512)),
        ('ade20k', 151, (256, 256)),
        ('coco', 184, (256, 256)),
        ('scenes', 9, (64, 64)),
    ],
)
def test_kinds_are_those_of_the_recipes(layout, channels, size):
    settings = BenchmarkSettings(layout=layout)
    assert (settings.num_channels, settings.size) == (channels, size)


def test_height_scales_all_sizes():
    settings = BenchmarkSettings(layout='cityscapes', height=64)
    assert settings.size == (64, 128)
    settings = BenchmarkSettings(layout='coco', height=64)
    assert settings.size == (64, 64)
    assert settings.scaled((286, 286)) == (71, 71)


def test_fold_labels():
    labels = np.array([[0, 34, 35, 181, 255]], np.uint8)
    folded = FoldLabels(35, with_unknown=False)(dict(gt_seg_map=labels.copy()))
    assert folded['gt_seg_map'].tolist() == [[0, 34, 0, 6, 0]]
    folded = FoldLabels(150, with_unknown=True)(dict(gt_seg_map=labels.copy()))
    assert folded['gt_seg_map'].tolist() == [[0, 34, 35, 31, 255]]


@pytest.mark.parametrize('layout', list(LAYOUTS))
def test_batches_fit_the_model(layout, shared_dir):
    settings = BenchmarkSettings(layout=layout, height=64, batch=2, data=str(shared_dir / 'data'))
    wanted = settings.kind.layout
    first, second = load_batches(settings, 2)
    assert len(first['inputs']['label']) == 2
    for label in first['inputs']['label'] + second['inputs']['label']:
        assert tuple(label.shape) == settings.size
        known = label[label != 255] if wanted.with_unknown else label
        assert known.max() < wanted.num_classes
    assert ('boundary' in first['inputs']) == wanted.with_boundary
    assert not torch.equal(first['inputs']['label'][0], second['inputs']['label'][0])
    again = load_batches(settings, 1)[0]
    assert torch.equal(first['inputs']['label'][1], again['inputs']['label'][1])
    assert 'real COCO' in describe_layouts(settings) or layout == 'scenes'


def test_number_of_classes_is_a_setting(shared_dir):
    settings = BenchmarkSettings(height=64, classes=5, data=str(shared_dir / 'data'))
    assert settings.num_channels == 7
    labels = load_batches(settings, 1)[0]['inputs']['label'][0]
    assert labels[labels != 255].max() < 5
    assert 'ids modulo 5' in describe_layouts(settings)


def test_scenes_stand_in_where_the_sample_is_absent(monkeypatch, tmp_path):
    monkeypatch.setattr(samples, 'PLACES', (tmp_path,))
    settings = BenchmarkSettings(layout='coco', height=64)
    batch = load_batches(settings, 1)[0]
    assert tuple(batch['inputs']['label'][0].shape) == (64, 64)
    assert 'sample is absent' in describe_layouts(settings)
    with pytest.raises(FileNotFoundError, match='train_label'):
        load_batches(BenchmarkSettings(data=str(tmp_path)), 1)
