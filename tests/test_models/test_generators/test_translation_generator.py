"""MMagic's image-to-image generators in ECGAN's place."""

import pytest
import torch
from ecgan_toys import build_model, build_optimizers, make_batch
from mmagic.models.editors.pix2pix import UnetGenerator
from torch import nn

from projects.ecgan.errors import ConfigError
from projects.ecgan.inference import prepare_for_inference
from projects.ecgan.models.generators import TranslationGenerator
from projects.ecgan.models.parts import contracts

CHANNELS = 5
UNET = dict(type='UnetGenerator', num_down=5, base_channels=4)
RESNET = dict(type='ResnetGenerator', num_blocks=1, base_channels=4)
BLOCKS = tuple('model' + '.model.1' * depth for depth in (1, 2, 3, 4))


def layouts(size=32, count=2):
    labels = torch.randint(0, CHANNELS, (count, size, size), generator=torch.manual_seed(0))
    return nn.functional.one_hot(labels, CHANNELS).movedim(-1, 1).float()


@pytest.mark.parametrize(('network', 'divisor'), [(UNET, 32), (RESNET, 8)])
def test_the_network_translates_layouts(network, divisor):
    state = torch.get_rng_state()
    generator = TranslationGenerator(network, CHANNELS).eval()
    torch.set_rng_state(state)
    alone = TranslationGenerator(network, CHANNELS, divisor=divisor).network.eval()
    contracts.check_part(generator, contracts.FeatureGenerator, 'never said')
    assert generator.divisor == divisor
    outputs = generator(layouts())
    assert set(outputs) == {'image', 'features'} and outputs['features'] == {}
    assert torch.equal(outputs['image'], alone(layouts()))
    assert outputs['image'].shape == (2, 3, 32, 32) and outputs['image'].abs().max() <= 1


def test_features_are_the_submodules_outputs():
    generator = TranslationGenerator(UNET, CHANNELS, features=BLOCKS).train()
    assert generator.feature_names_fine_to_coarse == BLOCKS
    # A block's output is its input beside what it made of it.
    assert [generator.feature_channels[name] for name in BLOCKS] == [8, 16, 32, 64]
    features = generator(layouts(), return_features=BLOCKS[1:3])['features']
    assert {name: tuple(each.shape) for name, each in features.items()} == {
        BLOCKS[1]: (2, 16, 8, 8),
        BLOCKS[2]: (2, 32, 4, 4),
    }
    features[BLOCKS[2]].sum().backward()
    assert generator.network.model.model[0].conv.weight.grad is not None


@pytest.mark.parametrize(
    ('config', 'message'),
    [
        (dict(network=UNET, features=('model.9',)), r"UnetGenerator has no submodule \['model\.9'"),
        (
            dict(network=dict(type='LabelGenerator', num_classes=4, base_channels=8)),
            r'LabelGenerator does not take layouts of .*it returns \(1, 4, 128, 128\) in place of',
        ),
        (
            dict(network=dict(type='EdgeGenerator', widths=(4, 4))),
            'EdgeGenerator does not take .*it returns tuple in place',
        ),
    ],
)
def test_networks_that_do_not_do(config, message):
    with pytest.raises(ConfigError, match=message):
        TranslationGenerator(layout_channels=3, **config)


@pytest.mark.parametrize(
    ('layout', 'names', 'message'),
    [
        (torch.zeros(1, 5, 48, 64), (), r'48 x 64 .* divisible by 32; .*a shallower UnetGenerator'),
        (torch.zeros(1, 4, 32, 32), (), 'has 4 channels, the network was built for 5'),
        (
            torch.zeros(1, 5, 32, 32),
            ('model',),
            r"no feature \['model'\], there are \['model.model.1', .*; name it",
        ),
    ],
)
def test_layouts_that_do_not_fit(layout, names, message):
    with pytest.raises(ConfigError, match=message):
        TranslationGenerator(UNET, CHANNELS)(layout, names)


def test_it_trains_in_ecgan_and_initialises_itself(repo_root, monkeypatch):
    calls = []
    original = UnetGenerator.init_weights

    def init_weights(self):
        original(self)
        calls.append({key: value.clone() for key, value in self.state_dict().items()})

    monkeypatch.setattr(UnetGenerator, 'init_weights', init_weights)
    config = dict(_delete_=True, type='TranslationGenerator', network=UNET, features=BLOCKS)
    model = build_model(repo_root, generator=config)
    # Of the generator; its moving average starts from the same.
    for network in (model.generator.network, model.generator_ema.module.network):
        for key, value in network.state_dict().items():
            assert torch.equal(value, calls[0][key]), key
    first = model.generator.network.model.model[0].conv.weight
    assert first.std().item() == pytest.approx(0.02, rel=0.1)
    before = first.detach().clone()
    logs = model.train_step(make_batch(), build_optimizers(repo_root, model))
    assert not torch.equal(before, first)
    assert logs['loss_contrast'] > 0 and 'score_fake_image' in logs
    assert not any('edge' in name or 'coarse' in name for name in logs)
    (sample, _) = model.eval().val_step(make_batch())
    assert sample.fake_img.shape == (3, 32, 32)


def test_folded_copy_gives_the_same():
    generator = TranslationGenerator(UNET, CHANNELS).eval()
    spectral = nn.utils.parametrizations.spectral_norm
    up = generator.network.model.model[2]
    up.conv = spectral(up.conv).eval()
    with torch.no_grad():
        expected = generator(layouts())['image']
        copy = prepare_for_inference(generator)
        torch.testing.assert_close(copy(layouts())['image'], expected, rtol=1e-4, atol=1e-5)
        assert torch.equal(generator(layouts())['image'], expected)
        halved = prepare_for_inference(generator, torch.bfloat16)(layouts())['image']
    assert not any(nn.utils.parametrize.is_parametrized(each) for each in copy.modules())
    assert halved.dtype == torch.bfloat16 and (halved.float() - expected).abs().mean() < 0.05
