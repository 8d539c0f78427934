"""Every indexed path equals the plain one: values and gradients."""

import copy

import pytest
import torch
from sample_layouts import SYNTHETIC, make_layout, read_layouts
from torch.nn import functional as F

from projects.ecgan.errors import ConfigError
from projects.ecgan.models.discriminators import MultiModalityDiscriminator
from projects.ecgan.models.generators import ECGANGenerator, SemanticPreservingModule
from projects.ecgan.models.layers import SPADENorm, may_index
from projects.ecgan.models.layers.indexed_convolution import (
    add_rows,
    choose_index,
    convolve_hidden,
    convolve_ids,
    convolve_layout,
    halved_layout_ids,
    layout_ids,
    modulate,
)
from projects.ecgan.structures import DenseLayout, RowBags

DOUBLE, SINGLE = (torch.float64, 1e-10), (torch.float32, 2e-5)


def draw(*shape, dtype=torch.float64, seed=0):
    return torch.randn(shape, dtype=dtype, generator=torch.Generator().manual_seed(seed))


def draw_weights(module, seed=1):
    """Weights of the size that training leads to, biases too."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in module.parameters():
            fan_in = parameter[0].numel() if parameter.dim() > 1 else 1
            parameter.copy_(torch.randn(parameter.shape, generator=generator) / fan_in**0.5)
    return module


def assert_close(value, expected, tolerance, what=''):
    error = (value.double() - expected.double()).norm()
    assert error <= tolerance * (expected.double().norm() + 1e-6), f'{what}: {error}'


def run(module, mode, inputs, layout):
    """Outputs and all gradients of a copy of ``module`` with all switches at ``mode``."""
    module = copy.deepcopy(module)
    for part in module.modules():
        if hasattr(part, 'layout_mode'):
            part.layout_mode = mode
    inputs = [x.detach().clone(memory_format=torch.preserve_format) for x in inputs]
    for x in inputs:
        x.requires_grad_()
    outputs = module(*inputs, layout)
    # Another weight at each place, so that no error averages out.
    weights = torch.linspace(-1, 2, outputs.numel(), dtype=outputs.dtype)
    (outputs * weights.view(outputs.shape)).sum().backward()
    gradients = {name: p.grad for name, p in module.named_parameters()}
    gradients.update({f'input {i}': x.grad for i, x in enumerate(inputs)})
    return outputs, gradients


def check_equal(module, inputs, layout, tolerance):
    plain, plain_gradients = run(module, 'plain', inputs, layout)
    indexed, gradients = run(module, 'indexed', inputs, layout)
    assert indexed.dtype == plain.dtype
    assert_close(indexed, plain, tolerance, 'output')
    for name, expected in plain_gradients.items():
        assert_close(gradients[name], expected, tolerance, name)


def test_the_paths_compared_are_two():
    module = draw_weights(SPADENorm(2, 6, 4)).double()
    layout = make_layout(**SYNTHETIC['blobs'])
    x = draw(2, 2, *layout.shape)
    index = layout.neighbourhoods()
    before = run(module, 'indexed', [x], layout)[0]
    index.bags_5.ids[0] = 0
    assert not torch.equal(run(module, 'indexed', [x], layout)[0], before)
    assert torch.equal(run(module, 'plain', [x], layout)[0], run(module, 'plain', [x], layout)[0])


@pytest.mark.parametrize('name', SYNTHETIC)
def test_convolve_layout(name):
    layout = make_layout(**SYNTHETIC[name])
    weight, bias = draw(5, layout.num_channels, 3, 3), draw(5)
    index = layout.neighbourhoods()
    expected = F.conv2d(layout.one_hot(torch.float64), weight, bias, padding=1)
    table = convolve_layout(index, weight, bias)
    rows = table[index.pixels_3].view(len(layout), *layout.shape, 5)
    assert_close(rows.permute(0, 3, 1, 2), expected, 1e-12)
    without = convolve_layout(index, weight, None)
    assert_close(without + bias, table, 1e-12)
    # Two convolutions on top of each other, as in a SPADE norm.
    second, second_bias = draw(7, 5, 3, 3, seed=3), draw(7)
    expected = F.conv2d(F.relu(expected), second, second_bias, padding=1)
    table = convolve_hidden(index, F.relu(table), second, second_bias)
    rows = table[index.pixels_5].view(len(layout), *layout.shape, 7)
    assert_close(rows.permute(0, 3, 1, 2), expected, 1e-12)


@pytest.mark.parametrize('name', SYNTHETIC)
@pytest.mark.parametrize('stride, kernel, padding', [(2, 4, 2), (1, 3, 1)])
def test_convolve_ids(name, stride, kernel, padding):
    layout = make_layout(**SYNTHETIC[name])
    index, shape = layout.neighbourhoods(), (len(layout), *layout.shape)
    weight, bias = draw(3, layout.num_channels, kernel, kernel), draw(3)
    channels = layout.one_hot(torch.float64)
    halved = F.avg_pool2d(channels, 3, stride=2, padding=1, count_include_pad=False)
    cases = ((channels, layout_ids(index, shape)), (halved, halved_layout_ids(index, shape)))
    for dense, (rows, ids) in cases:
        expected = F.conv2d(dense, weight, bias, stride, padding)
        found = convolve_ids(rows.double(), ids, weight, bias, stride, padding)
        # The pool's means are float32.
        assert_close(found, expected, 1e-6)


@pytest.mark.parametrize('slope', [1.0, 0.2])
@pytest.mark.parametrize('memory_format', [torch.contiguous_format, torch.channels_last])
def test_modulate_gradients(slope, memory_format):
    x = draw(2, 3, 3, 4).contiguous(memory_format=memory_format).requires_grad_()
    table = draw(5, 6, seed=2).requires_grad_()
    # Row 3 belongs to no pixel.
    pixels = torch.arange(24) % 3 + (torch.arange(24) % 3 == 2) * 2
    assert 3 not in pixels
    lookup = RowBags(pixels.unsqueeze(1), len(table))
    assert torch.autograd.gradcheck(modulate, (x, table, lookup, slope))
    scale, shift = table[pixels].view(2, 3, 4, 6).permute(0, 3, 1, 2).chunk(2, dim=1)
    assert_close(modulate(x, table, lookup, slope), F.leaky_relu(x * scale + shift, slope), 1e-14)


def test_convolution_of_more_products_than_are_made_at_a_time(monkeypatch):
    from projects.ecgan.models.layers import indexed_convolution

    index = make_layout(**SYNTHETIC['blobs']).neighbourhoods()
    hidden, weight, bias = draw(len(index.windows_3), 5), draw(7, 5, 3, 3, seed=3), draw(7)
    whole = convolve_hidden(index, hidden, weight, bias)
    # Three of the seven channels at a time, at most.
    limit = 3 * index.bags_5.num_rows
    monkeypatch.setattr(indexed_convolution, 'MAX_PRODUCT_ELEMENTS', limit)
    assert_close(convolve_hidden(index, hidden, weight, bias), whole, 1e-14)


@pytest.mark.parametrize('size', [1, 3])
def test_add_rows(size):
    # Rows 4 and 6, the last, belong to no bag; row 2 may stand in a bag twice.
    ids = torch.tensor([[0, 2, 2], [5, 1, 0], [2, 3, 5], [0, 0, 1]])[:, :size]
    table = draw(7, 2).requires_grad_()
    bags = RowBags(ids, 7)
    assert_close(add_rows(table, bags), table[ids].sum(1), 1e-14)
    assert torch.autograd.gradcheck(add_rows, (table, bags))


def test_gradients_of_what_many_pixels_share_in_bfloat16():
    # Added one after the other in bfloat16, 20 000 ones are 256.
    lookup = RowBags(torch.zeros(20000, 1, dtype=torch.int64), 2)
    table = torch.ones(2, 2, dtype=torch.bfloat16, requires_grad=True)
    (of_rows,) = torch.autograd.grad(add_rows(table, lookup).sum(), table)
    x = torch.ones(1, 1, 100, 200, dtype=torch.bfloat16)
    (of_table,) = torch.autograd.grad(modulate(x, table, lookup).sum(), table)
    for found in (of_rows, of_table):
        assert found.tolist() == [[19968, 19968], [0, 0]]  # 20 000 in bfloat16


def test_modulate_over_more_pixels_than_a_chunk(monkeypatch):
    from projects.ecgan.models.layers import indexed_convolution

    x, table = draw(3, 2, 5, 7), draw(4, 4)
    pixels = torch.arange(105) % 4
    lookup = RowBags(pixels.unsqueeze(1), len(table))
    whole = modulate(x, table, lookup, 0.2)
    monkeypatch.setattr(indexed_convolution, 'CHUNK_ELEMENTS', 64)
    assert torch.equal(modulate(x, table, lookup, 0.2), whole)


@pytest.mark.parametrize('dtype, tolerance', [DOUBLE, SINGLE])
@pytest.mark.parametrize('name', SYNTHETIC)
def test_spade_norm(name, dtype, tolerance):
    layout = make_layout(**SYNTHETIC[name])
    module = draw_weights(SPADENorm(3, layout.num_channels, 8)).to(dtype)
    x = draw(len(layout), 3, *layout.shape, dtype=dtype)
    check_equal(module, [x], layout, tolerance)


@pytest.mark.parametrize('memory_format', [torch.contiguous_format, torch.channels_last])
def test_spade_norm_on_real_layouts(shared_dir, memory_format):
    layout = read_layouts(shared_dir, 64)
    module = draw_weights(SPADENorm(4, 184, 16))
    x = draw(2, 4, 32, 32, dtype=torch.float32).contiguous(memory_format=memory_format)
    # Resized on the way: 64 x 64 to 32 x 32.
    check_equal(module, [x], layout, SINGLE[1])
    check_equal(module.double(), [x.double()], layout, DOUBLE[1])


@pytest.mark.parametrize('with_edge', [True, False])
@pytest.mark.parametrize('dtype, tolerance', [DOUBLE, SINGLE])
@pytest.mark.parametrize('name', ['blobs', 'blobs_both', 'many_values', 'one_row', 'all_distinct'])
def test_semantic_preserving_module(name, dtype, tolerance, with_edge):
    layout = make_layout(**SYNTHETIC[name])
    module = SemanticPreservingModule(4, layout.num_channels, layout.num_classes, with_edge)
    module = draw_weights(module).to(dtype)
    shapes = [4, 3, 3] if with_edge else [4, 3]
    inputs = [draw(len(layout), c, *layout.shape, dtype=dtype, seed=c) for c in shapes]
    if not with_edge:

        class WithoutEdge(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.module = module

            def forward(self, x, coarse, layout):
                return self.module(x, coarse, None, layout)

        check_equal(WithoutEdge(), inputs, layout, tolerance)
    else:
        check_equal(module, inputs, layout, tolerance)


class Judged(torch.nn.Module):
    """All outputs of a discriminator in one tensor."""

    def __init__(self, discriminator):
        super().__init__()
        self.discriminator = discriminator

    def forward(self, images, layout):
        outputs = self.discriminator(layout, images)[0]
        return torch.cat([stage.flatten() for scale in outputs for stage in scale])


@pytest.mark.parametrize('size', [(32, 48), (33, 39)])
def test_discriminator(size):
    layout = make_layout(size, 5, cell=8, batch=2, unknown=True, boundary=True)
    module = MultiModalityDiscriminator(layout.num_channels, 4)
    module.init_weights()
    # Averages of one-hot channels are float32 in the index.
    images = draw(4, 3, *size)
    check_equal(Judged(module.eval().double()), [images], layout, 1e-6)
    check_equal(Judged(module.float()), [images.float()], layout, 1e-4)


class FinalImage(torch.nn.Module):
    """The generator's images in one tensor; its layout comes last as in the layers above."""

    def __init__(self, generator):
        super().__init__()
        self.generator = generator

    def forward(self, layout):
        outputs = self.generator(layout)
        return torch.cat([outputs[name] for name in ('image', 'coarse', 'edge')])


@pytest.mark.slow
@pytest.mark.parametrize('training', [True, False])
def test_whole_generator_on_real_layouts(shared_dir, training):
    layout = read_layouts(shared_dir, 64)
    generator = ECGANGenerator(
        184,
        182,
        base_channels=4,
        edge_generator=dict(type='EdgeGenerator'),
        edge_transfer=dict(type='AttentionEdgeTransfer'),
        semantic_module=dict(type='SemanticPreservingModule'),
    )
    generator.init_weights()
    module = FinalImage(generator).double().train(training)
    check_equal(module, [], layout, 1e-6)


@pytest.mark.parametrize(
    ('mode', 'on_cpu', 'on_gpu'),
    [('plain', False, False), ('auto', True, False)],
)
def test_where_neighbourhoods_are_indexed(mode, on_cpu, on_gpu):
    assert may_index(mode, torch.device('cpu')) is on_cpu
    assert may_index(mode, torch.device('cuda')) is on_gpu


def test_indexed_is_refused_on_a_gpu():
    assert may_index('indexed', torch.device('cpu'))
    with pytest.raises(ConfigError, match=r"is for CPUs .*take layout_mode='auto'"):
        may_index('indexed', torch.device('cuda'))


def test_auto_takes_the_faster_path():
    repeating = make_layout((64, 64), 4, cell=32)
    distinct = make_layout(**SYNTHETIC['all_distinct'])
    dense = DenseLayout(repeating.one_hot())
    assert repeating.neighbourhoods().distinct_share < 0.1
    assert distinct.neighbourhoods().distinct_share == 1
    assert choose_index(repeating, 'auto') is repeating.neighbourhoods()
    assert choose_index(repeating, 'plain') is None
    assert choose_index(distinct, 'auto') is None
    assert choose_index(distinct, 'indexed') is distinct.neighbourhoods()
    assert choose_index(dense, 'auto') is None
    assert choose_index(dense, 'indexed') is None
    few = make_layout((8, 8), 4, cell=8)
    assert choose_index(few, 'auto') is None
    assert choose_index(few, 'indexed') is few.neighbourhoods()
    with pytest.raises(ValueError, match=r"layout_mode must be one of .*'fast'"):
        SPADENorm(2, 4, layout_mode='fast')


def test_dense_layout_gives_the_same():
    layout = make_layout(**SYNTHETIC['blobs_both'])
    module = draw_weights(SPADENorm(3, layout.num_channels, 8)).double()
    x = draw(1, 3, *layout.shape)
    expected = run(module, 'indexed', [x], layout)[0]
    found = run(module, 'indexed', [x], DenseLayout(layout.one_hot(torch.float64)))[0]
    assert_close(found, expected, 1e-12)


@pytest.mark.parametrize('name', ['blobs', 'noise'])
def test_without_gradients(name):
    layout = make_layout(**SYNTHETIC[name])
    module = draw_weights(SPADENorm(3, layout.num_channels, 8, layout_mode='indexed')).double()
    x = draw(len(layout), 3, *layout.shape)
    expected = run(module.eval(), 'plain', [x], layout)[0]
    for context in (torch.no_grad, torch.inference_mode):
        with context():
            assert_close(module(x, layout), expected, 1e-12)
            assert_close(module(x, layout, 0.2), F.leaky_relu(expected, 0.2), 1e-12)


@pytest.mark.parametrize('name', ['blobs_both', 'many_values'])
def test_bfloat16_autocast(name):
    layout = make_layout(**SYNTHETIC[name])
    module = draw_weights(SPADENorm(8, layout.num_channels, 16))
    x = draw(len(layout), 8, *layout.shape, dtype=torch.float32).bfloat16()
    expected, expected_gradients = run(module, 'plain', [x.float()], layout)
    for mode in ('plain', 'indexed'):
        with torch.autocast('cpu', dtype=torch.bfloat16):
            found, gradients = run(module, mode, [x], layout)
        # bfloat16 keeps 8 bits of a number; both paths lose as much.
        assert found.dtype == torch.bfloat16
        assert_close(found, expected, 0.02, mode)
        for key, gradient in expected_gradients.items():
            assert gradients[key].isfinite().all()
            assert_close(gradients[key], gradient, 0.05, f'{mode} {key}')
