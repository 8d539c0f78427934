"""The protocols of the data sets build, with mmseg's own segmentors and their label spaces."""

import copy

import pytest
import torch
from mmagic.registry import METRICS
from mmengine.config import Config

from projects.ecgan.errors import MissingFileError
from projects.ecgan.models.segmentors.segmentor import _build_model, find_segmentor_config

PROTOCOLS = {'cityscapes': (35, 19), 'ade20k': (150, 150), 'coco_stuff': (182, 171)}


def _protocol(repo_root, name):
    size = {'cityscapes': '512x256', 'scenes': '64x64'}.get(name, '256x256')
    return Config.fromfile(repo_root / 'configs/_base_/datasets' / f'{name}_{size}.py')


def _with_random_weights(settings: dict, folder) -> dict:
    """A file of random weights stands in for the model zoo's."""
    settings = copy.deepcopy(settings)
    config = Config.fromfile(find_segmentor_config(settings['segmentor']['config']))
    checkpoint = folder / 'segmentor.pth'
    torch.save({'state_dict': _build_model(config).state_dict(), 'meta': {}}, checkpoint)
    settings['segmentor']['checkpoint'] = str(checkpoint)
    return settings


@pytest.mark.slow
@pytest.mark.parametrize('name', PROTOCOLS)
def test_protocol_builds_with_its_segmentor(repo_root, tmp_path, name):
    num_ids, num_classes = PROTOCOLS[name]
    settings = _protocol(repo_root, name).test_evaluator.metrics[0]
    metric = METRICS.build(_with_random_weights(settings, tmp_path))
    assert metric.segmentor.num_classes == metric.mapping.num_classes == num_classes
    assert len(metric.mapping.targets) == num_ids
    labels = torch.randint(0, num_ids, (64, 64))
    labels[0] = 255
    image = torch.randint(0, 256, (3, 64, 64), dtype=torch.uint8)
    metric.dataset_length = 1
    metric.process({}, [{'gt_label_map': labels, 'fake_img': image, 'gt_img': image}])
    result = metric.evaluate()
    assert result['generated/mIoU'] == result['real/mIoU']
    assert 0 <= result['real/mIoU'] < 0.2
    scored = (metric.mapping(labels) != 255).sum()
    assert metric.protocol()['label_pixels'] == scored > 0


@pytest.mark.parametrize('name', PROTOCOLS)
def test_protocol_names_absent_weights(repo_root, tmp_path, name):
    settings = copy.deepcopy(_protocol(repo_root, name).test_evaluator.metrics[0])
    settings['segmentor']['checkpoint'] = str(tmp_path / 'absent.pth')
    with pytest.raises(MissingFileError, match=r'absent\.pth.*downloaded from https://'):
        METRICS.build(settings)


@pytest.mark.parametrize('name', [*PROTOCOLS, 'scenes'])
def test_validation_is_a_part_of_the_test(repo_root, name):
    config = _protocol(repo_root, name)
    assert config.val_evaluator.metrics[0] == config.test_evaluator.metrics[0]
    for metric in config.test_evaluator.metrics:
        assert metric['type'] in METRICS
