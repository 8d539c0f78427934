import pytest
import torch
from mmagic.registry import MODELS
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from projects.ecgan.models.generators import ECGANGenerator
from projects.ecgan.models.label_generators import LabelGenerator


@pytest.mark.parametrize('size', [(64, 64), (32, 64), (35, 50)])
def test_logits_at_half_resolution(size):
    model = MODELS.build({'type': 'LabelGenerator', 'num_classes': 7, 'base_channels': 8})
    half = [-(-length // 2) for length in size]
    assert model(torch.rand(2, 3, *size)).shape == (2, 7, *half)


def test_initialisation():
    torch.manual_seed(0)
    model = LabelGenerator(8, base_channels=32)
    model.init_weights()
    weight = model.bottleneck[0].weight
    # Xavier normal: gain * sqrt(2 / (fan_in + fan_out)).
    assert weight.std().item() == pytest.approx(0.02 * (2 / (128 * 9 * 2)) ** 0.5, rel=0.02)
    assert all(not m.bias.any() for m in model.modules() if isinstance(m, torch.nn.Conv2d))


def test_does_the_same_in_training_and_evaluation():
    model = LabelGenerator(4, base_channels=8)
    images = torch.rand(3, 3, 16, 16)
    together = model.train()(images)
    alone = model.eval()(images[:1])
    assert torch.allclose(together[:1], alone, atol=1e-6)


def test_learns_colours_from_the_small_initialisation():
    torch.manual_seed(0)
    model = LabelGenerator(3, base_channels=8)
    model.init_weights()
    labels = torch.randint(0, 3, (4, 4, 4)).repeat_interleave(8, 1).repeat_interleave(8, 2)
    image = F.one_hot(labels, 3).permute(0, 3, 1, 2) * 2.0 - 1
    optimizer = torch.optim.Adam(model.parameters(), 5e-3, betas=(0.0, 0.9))
    for _ in range(60):
        optimizer.zero_grad()
        F.cross_entropy(model(image), labels[:, ::2, ::2]).backward()
        optimizer.step()
    accuracy = (model(image).argmax(1) == labels[:, ::2, ::2]).float().mean()
    assert accuracy > 0.9


def test_costs_at_most_three_per_cent_of_the_generator():
    parts = ('EdgeGenerator', 'AttentionEdgeTransfer', 'SemanticPreservingModule')
    names = ('edge_generator', 'edge_transfer', 'semantic_module')
    generator = ECGANGenerator(
        layout_channels=8,
        num_classes=8,
        base_channels=16,
        **{name: {'type': part} for name, part in zip(names, parts)},
    )
    layout = F.one_hot(torch.randint(0, 8, (1, 64, 64)), 8).permute(0, 3, 1, 2).float()
    model = LabelGenerator(8, base_channels=16)

    def flops(function):
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            function()
        return counter.get_total_flops()

    share = flops(lambda: model(torch.rand(1, 3, 64, 64))) / flops(lambda: generator(layout))
    assert 0.002 < share < 0.03


def test_error_names_the_width():
    with pytest.raises(ValueError, match='multiple of 8, got 12'):
        LabelGenerator(4, base_channels=12)
