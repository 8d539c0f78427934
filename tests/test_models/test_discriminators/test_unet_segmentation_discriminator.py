"""The light segmenting discriminator against its definition in plain operations; in training."""

import pytest
import torch
from ecgan_toys import NUM_CLASSES, build_model, build_optimizers, make_batch
from mmagic.registry import MODELS
from mmengine.logging import MessageHub
from torch.nn import functional as F
from torch.nn.utils import parametrize

from projects.ecgan.structures import Layout


def build(**options):
    torch.manual_seed(0)
    config = dict(type='UNetSegmentationDiscriminator', num_classes=4, base_channels=4)
    discriminator = MODELS.build(config | dict(num_blocks=2) | options)
    discriminator.init_weights()
    return discriminator


def make(height=16, width=16):
    torch.manual_seed(1)
    layout = Layout(torch.randint(0, 4, (2, height, width)), 4)
    return layout, torch.rand(4, 3, height, width) * 2 - 1


def normalised(conv):
    """Weight over its largest singular value, by its decomposition."""
    weight = conv.parametrizations.weight.original
    return weight / torch.linalg.svdvals(weight.flatten(1))[0]


def convolve(conv, x):
    weight = normalised(conv) if parametrize.is_parametrized(conv) else conv.weight
    return F.conv2d(x, weight, conv.bias, padding=weight.shape[-1] // 2)


def residual(block, x):
    y = convolve(block.first, F.leaky_relu(x, 0.2))
    y = convolve(block.second, F.leaky_relu(y, 0.2))
    return y + (x if block.shortcut is None else convolve(block.shortcut, x))


def literally(network, x):
    """Encoder and decoder written out for two halvings of a size that halves twice."""
    f0 = convolve(network.stem, x)
    f1 = residual(network.encoder[0], F.avg_pool2d(f0, 2))
    f2 = residual(network.encoder[1], F.avg_pool2d(f1, 2))

    def enlarged(y):
        return y.repeat_interleave(2, 2).repeat_interleave(2, 3)

    decoder = network.decoder
    # First enlarged, then projected.
    s1 = f1 + convolve(decoder.project[1], enlarged(f2))
    d1 = s1 + convolve(decoder.refine[0], F.leaky_relu(s1, 0.2))
    d0 = f0 + convolve(decoder.project[0], enlarged(d1))
    return [f1, f2, d1, d0, convolve(decoder.to_logits, F.leaky_relu(d0, 0.2))]


def test_equals_its_definition():
    network = build(with_stages=True).double().eval()
    for module in network.modules():
        if parametrize.is_parametrized(module):
            norm = module.parametrizations.weight
            norm[0].iterate(norm.original.detach().flatten(1), 2000)
    layout, photos = make()
    ((*stages, logits),) = network(layout, photos.double())[0]
    expected = literally(network, photos.double())
    assert logits.shape == (4, 5, 16, 16)
    for found, wanted in zip([*stages, logits], expected, strict=True):
        torch.testing.assert_close(found, wanted, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize('size', [(32, 48), (19, 26)])
def test_any_size_gives_logits_of_full_size_and_all_weights_learn(size):
    discriminator = build(num_blocks=3, base_channels=8, max_channels=16)
    layout, photos = make(*size)
    images = photos[:2].clone().requires_grad_()
    four, two = discriminator(layout, photos, images)
    assert four[0][0].shape == (4, 5, *size) and two[0][0].shape == (2, 5, *size)
    two[0][0].square().sum().backward()
    assert images.grad.abs().sum((1, 2, 3)).gt(0).all()
    assert all(p.grad is not None and p.grad.any() for p in discriminator.parameters())
    widest = max(p.shape[0] for p in discriminator.encoder.parameters())
    assert widest == 16


def test_images_are_judged_apart_and_counted():
    discriminator = build().eval()
    layout, photos = make()
    together = discriminator(layout, photos)[0][0][0]
    halves = [discriminator(layout, photos[i : i + 2])[0][0][0] for i in (0, 2)]
    torch.testing.assert_close(together, torch.cat(halves), rtol=1e-4, atol=1e-6)
    with pytest.raises(ValueError, match='3 images do not pair with 2 layouts'):
        discriminator(layout, photos[:3])
    with pytest.raises(ValueError, match='num_blocks must be 1 or more, got 0'):
        build(num_blocks=0)


def test_trains_with_label_mix_and_feature_matching(repo_root):
    MessageHub.get_current_instance().update_info('iter', 0)
    model = build_model(
        repo_root,
        discriminator=dict(
            _delete_=True,
            type='UNetSegmentationDiscriminator',
            base_channels=4,
            num_blocks=2,
            with_stages=True,
        ),
        gan_loss=dict(_delete_=True, type='SegmentationGANLoss', normalize=True),
        discriminator_regularizers=[dict(type='LabelMixConsistency', loss_weight=5.0)],
        contrast_loss=None,
    )
    assert model.discriminator.decoder.to_logits.out_channels == NUM_CLASSES + 1
    before = [p.detach().clone() for p in model.discriminator.parameters()]
    logs = model.train_step(make_batch(), build_optimizers(repo_root, model))
    assert logs['loss_disc_label_mix'] > 0 and logs['loss_gen_feature_matching'] > 0
    # Edges are left out without being told so.
    assert 'score_fake_coarse' in logs and 'score_fake_edge' not in logs
    assert not any(torch.equal(a, b) for a, b in zip(before, model.discriminator.parameters()))
