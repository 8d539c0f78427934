import pytest
import torch
from torch import nn
from torch.nn import functional as F

from projects.ecgan.errors import ConfigError
from projects.ecgan.models.generators import (
    AttentionEdgeTransfer,
    EdgeGenerator,
    ImageGenerator,
    SemanticPreservingModule,
)
from projects.ecgan.structures import DenseLayout, Layout


def test_edge_generator_hands_out_raw_stages():
    torch.manual_seed(0)
    generator, x = EdgeGenerator(6), torch.randn(2, 6, 8, 12)
    edge, stages = generator(x)
    assert edge.shape == (2, 3, 8, 12)
    assert [s.shape[1] for s in stages] == [32, 16, 8]
    expected = generator.ladder[0](F.leaky_relu(x, 0.2))
    assert torch.equal(stages[0], expected)
    assert (stages[0] < 0).any()  # not activated
    last = torch.tanh(generator.to_edge(F.leaky_relu(stages[-1], 0.2)))
    assert torch.equal(edge, last)


def test_transfer_by_hand():
    y = AttentionEdgeTransfer()(torch.tensor([2.0, -1.0]), torch.tensor([0.0, 100.0]))
    torch.testing.assert_close(y, torch.tensor([3.0, -2.0]))  # 2 * (1 + 0.5), -1 * (1 + 1)


def test_a_gate_that_opens_by_hand():
    x, edge = torch.tensor([4.0, -1.0]), torch.tensor([0.0, 100.0])
    transfer = AttentionEdgeTransfer(opening=0.5)
    torch.testing.assert_close(transfer(x, edge), torch.tensor([5.0, -1.5]))  # 4 + .5 * 4 * .5
    closed = AttentionEdgeTransfer(opening=0)
    assert torch.equal(closed(x, edge), x)
    closed(x, edge).sum().backward()
    assert closed.opening.grad.item() == pytest.approx(4 * 0.5 - 1)  # sum of x * sigmoid(edge)
    closed.opening.data.fill_(1.0)
    assert torch.equal(closed(x, edge), AttentionEdgeTransfer()(x, edge))


def test_only_a_gate_that_opens_has_a_weight():
    assert not AttentionEdgeTransfer().state_dict()
    state = AttentionEdgeTransfer(opening=-1).state_dict()
    assert {k: v.item() for k, v in state.items()} == dict(opening=-1.0)
    with pytest.raises(RuntimeError, match=r'Unexpected key.*opening'):
        AttentionEdgeTransfer().load_state_dict(state)


@pytest.mark.parametrize('opening', ['half', True, float('nan'), float('inf')])
def test_an_opening_is_a_number(opening):
    with pytest.raises(ConfigError, match=f'opening is to be a number or None, got {opening!r}'):
        AttentionEdgeTransfer(opening=opening)


@pytest.mark.parametrize('dtype', [torch.float64, torch.bfloat16])
def test_a_gate_that_opens_keeps_the_type_of_features(dtype):
    x, edge = torch.randn(2, 3, 4, 4), torch.randn(2, 3, 4, 4)
    found = AttentionEdgeTransfer(opening=0.3)(x.to(dtype), edge.to(dtype))
    assert found.dtype == dtype
    expected = x + 0.3 * x * torch.sigmoid(edge)
    torch.testing.assert_close(found.float(), expected, rtol=3e-2, atol=3e-2)


def test_image_generator_without_transfer_is_a_plain_ladder():
    torch.manual_seed(0)
    generator, x = ImageGenerator(6, widths=(5, 4)), torch.randn(1, 6, 8, 8)
    expected = x
    for conv in (*generator.ladder, generator.to_image):
        expected = conv(F.leaky_relu(expected, 0.2))
    torch.testing.assert_close(generator(x), torch.tanh(expected))
    edge, stages = EdgeGenerator(6, widths=(5, 4))(x)
    assert torch.equal(generator(x), generator(x, edge, stages))  # B2: edges are beside, not in


def test_image_generator_hands_transferred_features_on():
    torch.manual_seed(0)
    generator, x = ImageGenerator(6, widths=(5, 4)), torch.randn(1, 6, 8, 8)
    edge, stages = EdgeGenerator(6, widths=(5, 4))(x)
    hidden = x
    for conv, stage in zip(generator.ladder, stages):
        hidden = conv(F.leaky_relu(hidden, 0.2))
        hidden = hidden * torch.sigmoid(stage) + hidden
    image = torch.tanh(generator.to_image(F.leaky_relu(hidden, 0.2)))
    expected = image * torch.sigmoid(edge) + image
    torch.testing.assert_close(generator(x, edge, stages, AttentionEdgeTransfer()), expected)


def test_coarse_image_reaches_beyond_one():
    generator = ImageGenerator(2, widths=(2,))
    nn.init.constant_(generator.to_image.bias, 50.0)
    x, edge = torch.zeros(1, 2, 4, 4), torch.full((1, 3, 4, 4), 1.0)
    stages = [torch.zeros(1, 2, 4, 4)]
    image = generator(x, edge, stages, AttentionEdgeTransfer())
    assert abs(image.max().item() - 1.7310586) < 1e-4  # 1 + sigmoid(1)


@pytest.mark.parametrize('with_edge', [True, False])
@pytest.mark.parametrize('layout_mode', ['plain', 'indexed'])
def test_semantic_preserving_module(with_edge, layout_mode):
    torch.manual_seed(0)
    labels = torch.randint(0, 5, (2, 8, 12))
    layout = Layout(labels, 4, with_unknown=True)
    module = SemanticPreservingModule(6, 5, 4, with_edge=with_edge, layout_mode=layout_mode)
    x, coarse = torch.randn(2, 6, 8, 12), torch.randn(2, 3, 8, 12)
    edge = torch.randn(2, 3, 8, 12) if with_edge else None
    parts = [x, coarse, *([edge] if with_edge else []), layout.one_hot()]
    joined = torch.cat(parts, dim=1)
    assert module.to_classes.in_channels == module.from_classes.out_channels == joined.shape[1]
    per_class = module.to_classes(F.leaky_relu(joined, 0.2))
    gate = torch.sigmoid(F.adaptive_avg_pool2d(per_class, 1))
    refined = module.from_classes(F.leaky_relu(per_class * gate + per_class, 0.2))
    expected = torch.tanh(module.to_image(F.leaky_relu(refined, 0.2)))
    image = module(x, coarse, edge, layout)
    torch.testing.assert_close(image, expected, rtol=1e-4, atol=1e-5)
    dense = module(x, coarse, edge, DenseLayout(layout.one_hot()))
    torch.testing.assert_close(dense, expected, rtol=1e-4, atol=1e-5)
