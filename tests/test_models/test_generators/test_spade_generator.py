import pytest
import torch
from mmagic.registry import MODELS
from torch.nn import functional as F

from projects.ecgan.structures import Layout


def build(**options):
    torch.manual_seed(0)
    config = dict(type='SPADEGenerator', layout_channels=3, base_channels=2, **options)
    return MODELS.build(config).eval()


def make_layout(height, width):
    generator = torch.Generator().manual_seed(0)
    return Layout(torch.randint(0, 3, (2, height, width), generator=generator), 3)


@pytest.mark.parametrize(
    ('upsampling', 'size'), [('normal', (32, 64)), ('more', (64, 128)), ('most', (128, 128))]
)
def test_image_is_the_trunks_last_feature_through_one_convolution(upsampling, size):
    generator, layout = build(upsampling=upsampling), make_layout(*size)
    finest = generator.feature_names_fine_to_coarse[0]
    with torch.no_grad():
        outputs = generator(layout, return_features=[finest])
        expected = torch.tanh(generator.to_image(F.leaky_relu(outputs['features'][finest], 0.2)))
    assert set(outputs) == {'image', 'features'}
    assert outputs['image'].shape == (2, 3, *size)
    torch.testing.assert_close(outputs['image'], expected)


def test_plain_tensor_gives_the_same():
    generator, layout = build(), make_layout(32, 32)
    with torch.no_grad():
        torch.testing.assert_close(
            generator(layout.one_hot())['image'], generator(layout)['image'], rtol=1e-4, atol=1e-6
        )


def test_initialisation():
    generator = build()
    generator.init_weights()
    weight = generator.trunk.blocks['head'].conv_0.parametrizations.weight.original
    assert abs(weight.std().item() / (0.02 * (2 / (64 * 9)) ** 0.5) - 1) < 0.05
    assert not generator.to_image.bias.any()
