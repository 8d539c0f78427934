import itertools
import math

import pytest
import torch
from ecgan_toys import build_model, make_batch
from evaluation_toys import write_segmentor
from torch.utils.data import DataLoader

from projects.ecgan.errors import ConfigError
from projects.ecgan.evaluation import SampleDiversity


def test_mean_over_pairs_by_hand():
    # Pairs: |0 - 2| + |0 - 4| = 6, |0 - 1| + |0 - 0| = 1, |2 - 1| + |4 - 0| = 5; over 2 features.
    features = torch.tensor([[0.0, 0.0], [2.0, 4.0], [1.0, 0.0]])
    assert SampleDiversity.calculate(features) == pytest.approx((3 + 0.5 + 2.5) / 3)
    assert SampleDiversity.calculate(torch.ones(4, 3)) == 0


def test_pictures_of_each_layout_are_compared(repo_root, tmp_path):
    noise = dict(type='LayoutNoise', channels=4)
    model = build_model(repo_root, **{'generator.noise': noise}).eval()
    with torch.no_grad():
        for parameter in model.sampling_generator.parameters():
            parameter.mul_(30)
    network = {'type': 'segmentor', **write_segmentor(tmp_path)}
    metric = SampleDiversity(network, seeds=3)
    metric.prepare(model, DataLoader([0, 1]))
    batch = make_batch()
    metric.process(batch, [])
    assert len(metric.results) == 2
    rows = list(metric.results)
    values = metric.evaluate()
    assert list(values) == ['segmentor-diversity']
    assert values['segmentor-diversity'] == pytest.approx(sum(rows) / 2) and min(rows) > 0
    layout = model.data_preprocessor(batch)['inputs']['layout'][1:]
    generator = model.sampling_generator
    with torch.no_grad():
        images = [generator(generator.noise(layout, [seed]))['image'] for seed in range(3)]
    described = [
        metric.network.features(model.data_preprocessor.to_uint8(image))[0] for image in images
    ]
    pairs = [(one - two).abs().mean() for one, two in itertools.combinations(described, 2)]
    assert rows[1] == pytest.approx(float(sum(pairs) / 3), rel=1e-4)
    assert metric.protocol()['seeds'] == 3


def test_models_and_settings_that_cannot_be(repo_root, tmp_path):
    network = {'type': 'segmentor', **write_segmentor(tmp_path)}
    with pytest.raises(ConfigError, match='at least 2 seeds, got 1'):
        SampleDiversity(network, seeds=1)
    with pytest.raises(ConfigError, match='ECGAN makes one picture of each layout'):
        SampleDiversity(network).prepare(build_model(repo_root), DataLoader([0]))


def test_layouts_without_a_number_are_not_in_the_mean(tmp_path):
    metric = SampleDiversity({'type': 'segmentor', **write_segmentor(tmp_path)})
    assert metric.compute_metrics([0.5, math.nan, 0.7])['segmentor-diversity'] == pytest.approx(0.6)
    assert metric.remarks[0].startswith('1 of 3 images have no segmentor-diversity')
    assert math.isnan(metric.compute_metrics([math.nan])['segmentor-diversity'])
