import pytest
import torch
from mmagic.registry import MODELS
from torch import nn

from projects.ecgan.models.generators import AttentionEdgeTransfer, ECGANGenerator
from projects.ecgan.structures import Layout

EDGE = dict(edge_generator=dict(type='EdgeGenerator'))
TRANSFER = dict(EDGE, edge_transfer=dict(type='AttentionEdgeTransfer'))
SEMANTIC = dict(TRANSFER, semantic_module=dict(type='SemanticPreservingModule'))


def build(**parts):
    torch.manual_seed(0)
    return MODELS.build(
        dict(type='ECGANGenerator', layout_channels=4, num_classes=3, base_channels=2, **parts)
    ).eval()


def make_layout(height=32, width=32, batch=2):
    generator = torch.Generator().manual_seed(0)
    labels = torch.randint(0, 4, (batch, height, width), generator=generator)
    return Layout(labels, 3, with_unknown=True)


@pytest.mark.parametrize(
    ('parts', 'names'),
    [
        ({}, {'image'}),  # B1
        (EDGE, {'image', 'edge'}),  # B2
        (TRANSFER, {'image', 'edge'}),  # B3
        (SEMANTIC, {'image', 'coarse', 'edge'}),  # B4
        (dict(semantic_module=SEMANTIC['semantic_module']), {'image', 'coarse'}),
    ],
)
def test_each_step_of_the_ladder(parts, names):
    generator, layout = build(**parts), make_layout()
    outputs = generator(layout)
    assert set(outputs) - {'features'} == names
    for name in names:
        assert outputs[name].shape == (2, 3, 32, 32)
    if 'edge_generator' in parts and 'semantic_module' not in parts:
        with_transfer = 'edge_transfer' in parts
        gradient = torch.autograd.grad(
            outputs['image'].sum(),
            generator.edge_generator.to_edge.weight,
            allow_unused=True,
            retain_graph=True,
        )[0]
        assert (gradient is not None) == with_transfer
    # every part that is there is used
    sum(outputs[name].square().sum() for name in names).backward()
    assert all(p.grad is not None and p.grad.any() for p in generator.parameters())


def test_transfer_without_edges_is_refused():
    with pytest.raises(ValueError, match='needs an edge_generator, got None'):
        build(edge_transfer=dict(type='AttentionEdgeTransfer'))


@pytest.mark.parametrize(
    ('upsampling', 'size'), [('normal', (32, 96)), ('more', (128, 64)), ('most', (128, 256))]
)
def test_sizes_and_aspect_ratios(upsampling, size):
    generator = build(upsampling=upsampling, **SEMANTIC)
    with torch.no_grad():
        outputs = generator(make_layout(*size, batch=1))
    assert outputs['image'].shape == outputs['edge'].shape == (1, 3, *size)
    assert outputs['image'].abs().max() <= 1


def test_features_by_name():
    generator = build(**SEMANTIC)
    outputs = generator(make_layout(), return_features=('up_3', 'up_0'))
    shapes = {name: tuple(x.shape[1:]) for name, x in outputs['features'].items()}
    assert shapes == {'up_3': (2, 32, 32), 'up_0': (16, 4, 4)}
    assert generator.feature_channels['up_0'] == 16
    assert generator.feature_names_fine_to_coarse[:2] == ['up_3', 'up_2']


def test_plain_tensor_gives_the_same():
    generator, layout = build(**SEMANTIC), make_layout()
    with torch.no_grad():
        expected, found = generator(layout), generator(layout.one_hot())
    for name in ('image', 'coarse', 'edge'):
        torch.testing.assert_close(found[name], expected[name], rtol=1e-4, atol=1e-6)


class HalfTransfer(nn.Module):
    def forward(self, x, edge):
        return x / 2


class FlatTrunk(nn.Module):
    """A trunk of one convolution."""

    def __init__(self, layout_channels):
        super().__init__()
        self.out_channels, self.feature_channels = 5, {'only': 5}
        self.feature_names_fine_to_coarse = ['only']
        self.conv = nn.Conv2d(layout_channels, 5, 1)

    def forward(self, layout, return_features=()):
        x = self.conv(layout.one_hot())
        return x, dict.fromkeys(return_features, x)


def test_parts_can_be_replaced():
    plain = build(**TRANSFER)
    replaced = build(**dict(TRANSFER, edge_transfer=dict(type=HalfTransfer)))
    replaced.load_state_dict(plain.state_dict())
    layout = make_layout()
    assert not torch.allclose(plain(layout)['image'], replaced(layout)['image'])
    assert isinstance(plain.edge_transfer, AttentionEdgeTransfer)

    generator = build(trunk=dict(type=FlatTrunk), **SEMANTIC)
    outputs = generator(make_layout(7, 9), return_features=['only'])  # no divisor: another trunk
    assert outputs['image'].shape == (2, 3, 7, 9)
    assert outputs['features']['only'].shape == (2, 5, 7, 9)
    assert generator.edge_generator.ladder[0].in_channels == 5


def test_widths_are_a_setting():
    generator = build(
        image_generator=dict(type='ImageGenerator', widths=(8, 4)),
        edge_generator=dict(type='EdgeGenerator', widths=(8, 4)),
        edge_transfer=dict(type='AttentionEdgeTransfer'),
    )
    assert [conv.out_channels for conv in generator.image_generator.ladder] == [8, 4]
    assert generator(make_layout())['image'].shape == (2, 3, 32, 32)


def test_initialisation_reaches_every_part():
    generator = ECGANGenerator(4, 3, base_channels=2, init_gain=0.5, **SEMANTIC)
    generator.init_weights()
    for name, parameter in generator.named_parameters():
        if name.endswith('bias'):
            assert not parameter.any(), name
            continue
        positions = parameter[0, 0].numel()
        fans = (parameter.shape[0] + parameter.shape[1]) * positions
        if parameter.numel() > 500:
            assert abs(parameter.std().item() / (0.5 * (2 / fans) ** 0.5) - 1) < 0.15, name
