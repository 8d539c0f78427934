from copy import deepcopy

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from projects.ecgan.models.layers import SPADENorm, SPADEResidualBlock
from projects.ecgan.structures import Layout

CLASSES = 3


def make_layout(batch=2, height=16, width=32):
    generator = torch.Generator().manual_seed(0)
    labels = torch.randint(0, CLASSES, (batch, height, width), generator=generator)
    return Layout(labels, CLASSES)


@pytest.mark.parametrize('layout_mode', ['plain', 'indexed'])
def test_norm_is_modulated_batch_norm(layout_mode):
    torch.manual_seed(0)
    norm = SPADENorm(5, CLASSES, hidden_channels=7, layout_mode=layout_mode)
    x, layout = torch.randn(2, 5, 8, 16), make_layout()
    dense = F.interpolate(F.one_hot(layout.labels, CLASSES).movedim(-1, 1).float(), (8, 16))
    hidden = norm.shared(dense).relu()
    normalised = F.batch_norm(x, None, None, training=True)
    expected = normalised * (1 + norm.gamma(hidden)) + norm.beta(hidden)
    torch.testing.assert_close(norm(x, layout), expected, rtol=1e-4, atol=1e-5)


def test_norm_shows_the_layout():
    norm = SPADENorm(1, CLASSES, hidden_channels=CLASSES).eval()
    for conv in (norm.shared, norm.gamma, norm.beta):
        nn.init.zeros_(conv.weight)
        nn.init.zeros_(conv.bias)
    # h = the one-hot layout itself, gamma = 2 and beta = 5 where the class is 1
    norm.shared.weight.data[range(CLASSES), range(CLASSES), 1, 1] = 1
    norm.gamma.weight.data[0, 1, 1, 1] = 2
    norm.beta.weight.data[0, 1, 1, 1] = 5
    layout = Layout(torch.tensor([[[0, 1], [1, 2]]]), CLASSES)
    y = norm(torch.full((1, 1, 2, 2), 4.0), layout)
    expected = torch.tensor([[4.0, 17.0], [17.0, 4.0]])  # 4 * (1 + 2) + 5
    torch.testing.assert_close(y[0, 0], expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(('inside', 'outside', 'middle'), [(6, 6, 6), (8, 4, 4), (4, 8, 4)])
def test_residual_block(inside, outside, middle):
    torch.manual_seed(0)
    block = SPADEResidualBlock(inside, outside, CLASSES, hidden_channels=4).eval()
    assert block.conv_0.out_channels == middle
    assert block.has_shortcut == (inside != outside)
    x, layout = torch.randn(2, inside, 8, 16), make_layout()
    hidden = block.conv_0(F.leaky_relu(block.norm_0(x, layout), 0.2))
    shortcut = block.conv_s(block.norm_s(x, layout)) if inside != outside else x
    expected = shortcut + block.conv_1(F.leaky_relu(block.norm_1(hidden, layout), 0.2))
    y = block(x, layout)
    assert y.shape == (2, outside, 8, 16)
    torch.testing.assert_close(y, expected, rtol=1e-4, atol=1e-5)
    convs = [block.conv_0, block.conv_1] + ([block.conv_s] if inside != outside else [])
    for conv in convs:
        assert abs(torch.linalg.matrix_norm(conv.weight.flatten(1), 2) - 1) < 0.05
    if inside != outside:
        assert block.conv_s.bias is None and block.conv_s.kernel_size == (1, 1)


@pytest.mark.parametrize('layout_mode', ['plain', 'indexed'])
@pytest.mark.parametrize('memory_format', [torch.contiguous_format, torch.channels_last])
def test_shared_norm_equals_two_norms(layout_mode, memory_format):
    torch.manual_seed(0)
    block = SPADEResidualBlock(8, 4, CLASSES, 4, layout_mode, share_norm=True).double()
    # A loaded checkpoint's averages need not be alike.
    block.norm_s.norm.running_mean.fill_(3)
    separate = deepcopy(block)
    separate.share_norm = False
    layout = make_layout()
    x = torch.randn(2, 8, 8, 16, dtype=torch.float64).to(memory_format=memory_format)
    results = []
    for each in (block, separate):
        leaf = x.clone(memory_format=torch.preserve_format).requires_grad_()
        y = each.train()(leaf, layout)
        y.square().sum().backward()
        gradients = [p.grad for p in each.parameters()]
        results.append([y, leaf.grad, *gradients, *each.eval()(x, layout), *each.buffers()])
    for shared, own in zip(*results, strict=True):
        torch.testing.assert_close(shared, own, rtol=1e-10, atol=1e-12)
    assert not torch.equal(block.norm_0.norm.running_mean, block.norm_s.norm.running_mean)


def test_another_norm_comes_from_the_config():
    torch.manual_seed(0)
    norm = dict(type='GN', num_groups=2)
    block = SPADEResidualBlock(8, 4, CLASSES, hidden_channels=4, norm=norm).train()
    kinds = [type(each.norm) for each in (block.norm_0, block.norm_1, block.norm_s)]
    assert kinds == [nn.GroupNorm] * 3
    assert [block.norm_0.norm.num_channels, block.norm_1.norm.num_channels] == [8, 4]
    x, layout = torch.randn(2, 8, 8, 16), make_layout()
    # Norms with weights of their own are not shared; singular vectors stay for the comparison.
    nn.init.constant_(block.norm_s.norm.bias, 1.0)
    for conv in (block.conv_0, block.conv_1, block.conv_s):
        conv.eval()
    shortcut = block.norm_s.modulate(F.group_norm(x, 2) + 1, layout, 1.0)
    hidden = block.conv_0(block.norm_0.modulate(F.group_norm(x, 2), layout, 0.2))
    hidden = block.norm_1.modulate(F.group_norm(hidden, 2), layout, 0.2)
    expected = block.conv_s(shortcut) + block.conv_1(hidden)
    torch.testing.assert_close(block(x, layout), expected, rtol=1e-4, atol=1e-5)
    block.norm_0.fold_norm()
    assert isinstance(block.norm_0.norm, nn.GroupNorm)
