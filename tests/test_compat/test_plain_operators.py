"""StyleGAN's operators without a compiler: their definitions, derivatives, and a real training."""

import math

import pytest
import torch
from mmengine.logging import MessageHub
from torch import Tensor
from torch._subclasses.fake_tensor import FakeTensorMode

from projects.ecgan.compat import missing_ops

needs_lite = pytest.mark.skipif(
    not missing_ops.DEFECT.needed(), reason='this mmcv has its operators'
)


def upfirdn2d_literally(x: Tensor, kernel: Tensor, up: int, down: int, pad: list[int]) -> Tensor:
    """Zeros between pixels, padding or cropping, convolution, every ``down``-th result."""
    left, right, top, bottom = pad
    batch, channels, height, width = x.shape
    size_y, size_x = kernel.shape
    full = torch.zeros(batch, channels, height * up + top + bottom, width * up + left + right)
    full = full.to(x)
    for y in range(height * up):
        for i in range(width * up):
            inside = 0 <= y + top < full.shape[2] and 0 <= i + left < full.shape[3]
            if y % up == 0 and i % up == 0 and inside:
                full[:, :, y + top, i + left] = x[:, :, y // up, i // up]
    rows = range(0, full.shape[2] - size_y + 1, down)
    columns = range(0, full.shape[3] - size_x + 1, down)
    out = torch.zeros(batch, channels, len(rows), len(columns)).to(x)
    for a, y in enumerate(rows):
        for b, i in enumerate(columns):
            for j in range(size_y):
                for k in range(size_x):
                    # A convolution: the kernel is mirrored against the picture.
                    tap = kernel[size_y - 1 - j, size_x - 1 - k]
                    out[:, :, a, b] += tap * full[:, :, y + j, i + k]
    return out


def draw(*shape: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize(
    ('up', 'down', 'pad'),
    [(1, 1, [2, 1, 2, 1]), (2, 1, [2, 1, 2, 1]), (1, 2, [1, 1, 0, 2]), (2, 2, [-1, 2, 3, -1])],
)
def test_upfirdn2d_follows_its_definition(up, down, pad):
    from mmcv.ops import upfirdn2d

    x, kernel = draw(1, 2, 3, 4).requires_grad_(), draw(4, 3, seed=1)

    def operate(x: Tensor) -> Tensor:
        # mmcv takes the filter in float32 only.
        return upfirdn2d(x, kernel.float(), up=up, down=down, padding=pad)

    expected = upfirdn2d_literally(x, kernel.float().double(), up, down, pad)
    torch.testing.assert_close(operate(x), expected)
    torch.testing.assert_close(
        torch.autograd.grad(operate(x).square().sum(), x),
        torch.autograd.grad(expected.square().sum(), x),
    )
    assert torch.autograd.gradcheck(operate, x)
    assert torch.autograd.gradgradcheck(lambda x: operate(x).pow(3), x)


def test_fused_leaky_relu_follows_its_definition():
    from mmcv.ops import FusedBiasLeakyReLU, fused_bias_leakyrelu

    x, bias = draw(2, 3, 2, 2).requires_grad_(), draw(3, seed=1).requires_grad_()
    expected = torch.empty_like(x)
    for index, value in enumerate(x.detach().flatten()):
        biased = value + bias.detach()[index // 4 % 3]
        expected.view(-1)[index] = math.sqrt(2) * (biased if biased > 0 else 0.2 * biased)
    torch.testing.assert_close(fused_bias_leakyrelu(x, bias, 0.2, math.sqrt(2)), expected)
    assert torch.autograd.gradcheck(fused_bias_leakyrelu, (x, bias))
    assert torch.autograd.gradgradcheck(lambda *xs: fused_bias_leakyrelu(*xs).pow(3), (x, bias))
    assert FusedBiasLeakyReLU(3)(x).shape == x.shape


@needs_lite
def test_operators_of_stylegan_need_no_extension_on_a_gpu():
    """Tensors without contents stand for a GPU's, so that this is seen on any machine."""
    from mmcv.ops import (
        bias_act,
        filter2d,
        filtered_lrelu,
        fused_bias_leakyrelu,
        upfirdn2d,
        upsample2d,
    )

    with FakeTensorMode():
        x, kernel = torch.empty(2, 3, 8, 8, device='cuda'), torch.empty(4, 4, device='cuda')
        bias = torch.empty(3, device='cuda')
        assert upfirdn2d(x, kernel, up=2, padding=1).shape == (2, 3, 15, 15)
        assert filter2d(x, kernel).shape == (2, 3, 8, 8)
        assert upsample2d(x, kernel).shape == (2, 3, 16, 16)
        assert fused_bias_leakyrelu(x, bias).device.type == 'cuda'
        assert bias_act(x, bias, act='lrelu').shape == x.shape
        assert filtered_lrelu(x, bias=bias).shape == x.shape


@pytest.mark.slow
def test_mmagics_stylegan2_trains_with_r1_and_path_lengths():
    from mmagic.registry import MODELS
    from mmagic.structures import DataSample
    from mmengine.optim import OptimWrapper, OptimWrapperDict

    torch.manual_seed(0)
    model = MODELS.build(
        dict(
            type='StyleGAN2',
            data_preprocessor=dict(type='mmagic.DataPreprocessor'),
            generator=dict(
                type='StyleGAN2Generator', out_size=8, style_channels=8, num_mlps=2,
                channel_multiplier=1,
            ),
            discriminator=dict(type='StyleGAN2Discriminator', in_size=8),
            loss_config=dict(
                r1_loss_weight=10.0, r1_interval=1, norm_mode='HWC',
                g_reg_interval=1, g_reg_weight=2.0, pl_batch_shrink=1,
            ),
        )
    )  # fmt: skip
    parts = {name: getattr(model, name) for name in ('generator', 'discriminator')}
    wrappers = OptimWrapperDict(
        **{
            name: OptimWrapper(torch.optim.SGD(part.parameters(), lr=1e-3))
            for name, part in parts.items()
        }
    )
    before = [p.detach().clone() for p in model.parameters()]
    MessageHub.get_current_instance().update_info('iter', 0)
    photos = torch.randint(0, 256, (2, 3, 8, 8), generator=torch.Generator().manual_seed(0))
    logs = model.train_step(
        dict(
            inputs=dict(img=list(photos.byte())),
            data_samples=[DataSample(gt_img=photo.byte()) for photo in photos],
        ),
        wrappers,
    )
    assert logs['loss_r1_gp'] > 0 and logs['loss_path_regular'] > 0
    moved = [not torch.equal(a, b) for a, b in zip(before, model.parameters())]
    assert sum(moved) > 0.9 * len(moved)
