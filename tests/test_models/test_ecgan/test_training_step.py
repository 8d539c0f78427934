"""Second images of a batch's first layouts, and what the model makes of them."""

import pytest
import torch
from ecgan_toys import build_model, build_optimizers, make_batch

from projects.ecgan.errors import ConfigError
from projects.ecgan.models.ecgan.training_step import generate, left_untouched
from projects.ecgan.structures import Layout

NOISE = {'generator.noise': dict(type='LayoutNoise', channels=4)}
DIVERSE = {**NOISE, 'diversity_loss': dict(type='DiversityLoss', limit=0.2, layouts=2)}


class Echo(torch.nn.Module):
    """Labels as images, another one at each place of the batch."""

    def forward(self, layout, return_features=()):
        place = torch.arange(len(layout)).view(-1, 1, 1, 1)
        image = layout.labels[:, None].expand(-1, 3, -1, -1) + 10 * place
        return dict(image=image, edge=-image, features=dict.fromkeys(return_features, image))


def test_second_images_are_of_the_first_layouts():
    labels = torch.arange(3).view(3, 1, 1).expand(3, 4, 4)
    layout = Layout(labels, 3)
    outputs = generate(Echo(), layout, ('head',), samples=2)
    plain = generate(Echo(), layout, ('head',))
    assert outputs['second_image'][:, 0, 0, 0].tolist() == [30, 41]
    assert 'second_image' not in plain
    for name in ('image', 'edge'):
        assert torch.equal(outputs[name], plain[name])
    assert torch.equal(outputs['features']['head'], plain['features']['head'])


def test_what_is_left_untouched_has_a_gradient_of_zeros():
    weights = [torch.ones(shape, requires_grad=True) for shape in ((2, 3), (), (4,), (0,))]
    weights[0].data.fill_(torch.inf)
    total = left_untouched(weights)
    assert total.shape == () and total.item() == 0
    total.backward()
    for weight in weights:
        assert torch.equal(weight.grad, torch.zeros_like(weight))
    assert left_untouched([]) == 0


def test_diversity_loss_is_trained(repo_root):
    model = build_model(repo_root, **DIVERSE)
    optimizers = build_optimizers(repo_root, model)
    logs = model.train_step(make_batch(3), optimizers)
    # An untrained generator's samples are all alike.
    assert 0.1 < logs['loss_diversity'] <= 0.2
    terms = [value for name, value in logs.items() if name.startswith('loss_')]
    assert logs['loss_gen'] + logs['loss_disc'] == pytest.approx(sum(terms) / 2, rel=1e-5)


def test_without_the_loss_nothing_is_generated_twice(repo_root):
    model = build_model(repo_root, **NOISE)
    assert 'loss_diversity' not in model.train_step(
        make_batch(), build_optimizers(repo_root, model)
    )


def test_a_generator_without_noise_is_refused(repo_root):
    with pytest.raises(ConfigError, match=r'diversity_loss needs .*this one has noise=None'):
        build_model(repo_root, diversity_loss=DIVERSE['diversity_loss'])
