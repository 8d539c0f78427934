import pytest
import torch
from torch import nn
from torch.nn import functional as F

from projects.ecgan.models.layers import (
    ClassAdaptiveNorm,
    ModulatedNorm,
    SPADEResidualBlock,
    initialize_weights,
)
from projects.ecgan.structures import DenseLayout, Layout

CLASSES = 3


def make_layout(unknown: bool = False, boundary: bool = False) -> Layout:
    generator = torch.Generator().manual_seed(0)
    labels = torch.randint(0, CLASSES + 1, (2, 8, 16), generator=generator)
    edges = torch.randint(0, 2, (2, 8, 16), generator=generator) if boundary else None
    return Layout(labels, CLASSES, unknown, edges)


def make_norm(layout: Layout, **settings) -> ClassAdaptiveNorm:
    torch.manual_seed(0)
    norm = ClassAdaptiveNorm(5, layout.num_channels, **settings)
    for parameter in norm.parameters():
        nn.init.normal_(parameter)
    return norm


def pixel_by_pixel(norm: ClassAdaptiveNorm, normalised: torch.Tensor, layout: Layout):
    """y = norm(x) * (1 + gamma_k) + beta_k, one pixel after the other."""
    y = torch.empty_like(normalised)
    height, width = normalised.shape[-2:]
    for n in range(len(y)):
        for i in range(height):
            for j in range(width):
                at = n, i * layout.shape[0] // height, j * layout.shape[1] // width
                k = layout.labels[at].item()
                gamma, beta = norm.gamma.bias.clone(), norm.beta.bias.clone()
                if k < CLASSES or layout.with_unknown:
                    gamma += norm.gamma.weight[:, k, 0, 0]
                    beta += norm.beta.weight[:, k, 0, 0]
                if layout.boundary is not None and layout.boundary[at]:
                    gamma += norm.gamma.weight[:, -1, 0, 0]
                    beta += norm.beta.weight[:, -1, 0, 0]
                y[n, :, i, j] = normalised[n, :, i, j] * (1 + gamma) + beta
    return y


@pytest.mark.parametrize(
    ('unknown', 'boundary'), [(False, False), (True, False), (False, True), (True, True)]
)
def test_scale_and_shift_are_those_of_the_class(unknown, boundary):
    layout = make_layout(unknown, boundary)
    x = torch.randn(2, 5, 4, 8)
    results = []
    for mode in ('plain', 'indexed', 'auto'):
        norm = make_norm(layout, layout_mode=mode)
        leaf = x.clone().requires_grad_()
        y = norm(leaf, layout)
        with torch.no_grad():
            expected = pixel_by_pixel(norm, F.batch_norm(x, None, None, training=True), layout)
        torch.testing.assert_close(y, expected, rtol=1e-4, atol=1e-5)
        F.leaky_relu(y, 0.2).square().sum().backward()
        results.append([leaf.grad, *(parameter.grad for parameter in norm.parameters())])
    for gradients in results[1:]:
        for found, expected in zip(gradients, results[0], strict=True):
            torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-3)
    dense = DenseLayout(layout.one_hot())
    torch.testing.assert_close(norm(x, dense, 0.2), F.leaky_relu(norm(x, layout), 0.2))


@pytest.mark.parametrize('unknown', [False, True])
def test_folded_norm_gives_the_same(unknown):
    layout = make_layout(unknown, boundary=True)
    norm = make_norm(layout).eval()
    norm.norm.running_mean.normal_()
    norm.norm.running_var.uniform_(0.5, 2)
    x = torch.randn(2, 5, 8, 16)
    with torch.no_grad():
        expected = norm(x, layout)
        norm.fold_norm()
        assert isinstance(norm.norm, nn.Identity)
        torch.testing.assert_close(norm(x, layout), expected, rtol=1e-4, atol=1e-5)


def test_a_block_takes_it_from_the_config():
    layout = make_layout()
    torch.manual_seed(0)
    kinds = dict(type='ClassAdaptiveNorm')
    block = SPADEResidualBlock(8, 4, CLASSES, layout_mode='indexed', modulation=kinds)
    norms = [each for each in block.modules() if isinstance(each, ModulatedNorm)]
    assert [type(norm) for norm in norms] == [ClassAdaptiveNorm] * 3
    assert [norm.layout_mode for norm in norms] == ['indexed'] * 3 and block.share_norm
    # Nothing to learn but a row a class and what is common: 2 (N' + 1) C.
    assert sum(p.numel() for p in block.norm_0.parameters()) == 2 * (CLASSES + 1) * 8
    initialize_weights(block)
    for conv in (block.conv_0, block.conv_1, block.conv_s):
        conv.eval()
    x = torch.randn(2, 8, 8, 16)
    normalised = F.batch_norm(x, None, None, training=True)
    hidden = F.leaky_relu(pixel_by_pixel(block.norm_0, normalised, layout), 0.2)
    normalised = F.batch_norm(block.conv_0(hidden), None, None, training=True)
    hidden = block.conv_1(F.leaky_relu(pixel_by_pixel(block.norm_1, normalised, layout), 0.2))
    normalised = F.batch_norm(x, None, None, training=True)
    expected = block.conv_s(pixel_by_pixel(block.norm_s, normalised, layout)) + hidden
    torch.testing.assert_close(block(x, layout), expected, rtol=1e-4, atol=1e-5)
