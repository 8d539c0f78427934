"""The plain update is the same update: losses and gradients of both networks."""

import copy

import pytest
import torch
from mmengine.optim import OptimWrapper, OptimWrapperDict

from projects.ecgan.analysis.benchmark import (
    BenchmarkSettings,
    PlainDiscriminator,
    PlainLayout,
    PlainUpdate,
    use_plain_paths,
)
from projects.ecgan.analysis.benchmark.modes import build_model
from projects.ecgan.analysis.benchmark.samples import load_batches
from projects.ecgan.models.ecgan.pair_plan import PairPlan
from projects.ecgan.models.layers import refresh_singular_vectors

SETTINGS = BenchmarkSettings(layout='scenes', batch=2, base_channels=8, height=64)


def relative_error(value, reference):
    return ((value - reference).norm() / reference.norm().clamp(min=1e-12)).item()


@pytest.fixture(scope='module')
def batch():
    return load_batches(SETTINGS, 1)[0]


@pytest.fixture(scope='module')
def sound_model():
    """Weights large enough for every term to matter, singular vectors at their fixed point."""
    model = build_model(SETTINGS)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(10)
    refresh_singular_vectors(model, 300)
    return model


@pytest.fixture()
def model(sound_model):
    """A copy that a test may change."""
    return copy.deepcopy(sound_model)


@pytest.fixture()
def in_double(monkeypatch):
    """Layouts in float64 where the data preprocessor and the plain update make float32."""
    from projects.ecgan.models import LayoutDataPreprocessor
    from projects.ecgan.structures import Layout

    forward, one_hot = LayoutDataPreprocessor.forward, Layout.one_hot

    def double_forward(self, data, training=False):
        data = forward(self, data, training)
        inputs = data['inputs']
        inputs.update(image=inputs['image'].double(), edge=inputs['edge'].double())
        return data

    monkeypatch.setattr(LayoutDataPreprocessor, 'forward', double_forward)
    monkeypatch.setattr(Layout, 'one_hot', lambda self, dtype=None: one_hot(self, torch.float64))


@pytest.mark.slow
def test_losses_are_those_of_the_model(model, batch, in_double):
    model = model.double().eval()
    plain = PlainUpdate(copy.deepcopy(model))
    inputs = model.data_preprocessor(batch)['inputs']
    channels = inputs['layout'].one_hot()
    losses = {
        **plain.generator_losses(channels, inputs),
        **plain.discriminator_losses(channels, inputs),
    }
    expected = model(inputs, mode='loss')
    assert losses.keys() == expected.keys()
    for name, loss in expected.items():
        assert losses[name].item() == pytest.approx(loss.item(), rel=1e-6), name


@pytest.mark.slow
def test_one_step_has_the_gradients_of_train_step(model, batch, in_double):
    # Without a learning rate both networks are the same in both updates, whatever the order.
    model = model.double()
    plain = PlainUpdate(copy.deepcopy(model), generator_rate=0.0, discriminator_rate=0.0)
    optimizers = OptimWrapperDict(
        **{
            name: OptimWrapper(torch.optim.SGD(getattr(model, name).parameters(), lr=0.0))
            for name in ('generator', 'discriminator')
        }
    )
    # The wrappers drop gradients after the step.
    gradients = {}
    for name, wrapper in optimizers.items():
        parameters = dict(getattr(model, name).named_parameters())
        wrapper.optimizer.register_step_pre_hook(
            lambda *_, name=name, parameters=parameters: gradients.update(
                {name: {key: p.grad.clone() for key, p in parameters.items()}}
            )
        )
    expected = model.train_step(batch, optimizers)
    losses = plain.step(batch)
    for name, loss in losses.items():
        assert loss.item() == pytest.approx(expected[name], rel=1e-5), name
    for network in ('generator', 'discriminator'):
        parameters = dict(getattr(plain.model, network).named_parameters())
        # Predictions are float32; some gradients cancel to nothing.
        assert parameters.keys() == gradients[network].keys()
        whole = max(g.norm() for g in gradients[network].values())
        for key, gradient in gradients[network].items():
            difference = (parameters[key].grad - gradient).norm()
            assert difference <= 2e-6 * gradient.norm() + 1e-7 * whole, (network, key)


def test_step_changes_both_networks(model, batch):
    plain = PlainUpdate(model)
    before = copy.deepcopy(model.state_dict())
    plain.step(batch)
    after = model.state_dict()
    for prefix in ('generator.', 'discriminator.'):
        weights = [key for key in before if key.startswith(prefix) and key.endswith('weight')]
        assert weights
        assert all(not torch.equal(before[key], after[key]) for key in weights)


def test_plain_update_never_indexes_neighbourhoods(model, batch, monkeypatch):
    from projects.ecgan.structures import layout

    def fail(*_):
        raise AssertionError('the plain update took a fast path')

    monkeypatch.setattr(layout, 'index_neighbourhoods', fail)
    with pytest.raises(AssertionError, match='fast path'):
        model.generator(model.data_preprocessor(batch)['inputs']['layout'])
    PlainUpdate(model).step(batch)


def test_use_plain_paths_turns_every_switch(model):
    switched = [m for m in use_plain_paths(model).modules() if hasattr(m, 'layout_mode')]
    assert len(switched) > 10
    assert {module.layout_mode for module in switched} == {'plain'}
    assert not any(getattr(module, 'share_norm', False) for module in model.modules())


def test_plain_discriminator_is_the_discriminator(model):
    discriminator = model.discriminator.double().eval()
    generator = torch.Generator().manual_seed(0)
    channels = torch.rand(2, 9, 20, 28, dtype=torch.float64, generator=generator)
    fake, real = torch.rand(2, 2, 3, 20, 28, dtype=torch.float64, generator=generator)
    outputs = PlainDiscriminator(discriminator)(channels, fake, real)
    expected = discriminator(channels, fake, real)
    for group, expected_group in zip(outputs, expected, strict=True):
        for scale, expected_scale in zip(group, expected_group, strict=True):
            for stage, expected_stage in zip(scale, expected_scale, strict=True):
                assert relative_error(stage, expected_stage) < 1e-12


def test_plain_layout_resizes_by_the_nearest_rule():
    channels = torch.arange(8.0).view(1, 1, 2, 4)
    smaller = PlainLayout(channels).resized((1, 2))
    assert smaller.one_hot().tolist() == [[[[0.0, 2.0]]]]


def test_other_losses_are_refused(model):
    model.class_pixel_loss = torch.nn.Identity()
    with pytest.raises(ValueError, match='class_pixel_loss'):
        PlainUpdate(model)


def test_other_judging_of_edges_is_refused(model):
    model.pair_plan = PairPlan(('image', 'edge'), judged_every=dict(edge=2))
    with pytest.raises(ValueError, match=r"judged_every=\{'edge': 2\}"):
        PlainUpdate(model)
    model.pair_plan = PairPlan(('image', 'edge'), edge_weight=0.5)
    with pytest.raises(ValueError, match=r'LinearRamp\(start=0.5'):
        PlainUpdate(model)
    model.pair_plan = PairPlan(('image', 'edge'))
    PlainUpdate(model)
    model.discriminator.edge_weights = 'own'
    with pytest.raises(ValueError, match='edge_weights=own'):
        PlainUpdate(model)
