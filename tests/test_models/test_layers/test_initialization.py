import torch
from torch import nn
from torch.nn.utils import parametrize

from projects.ecgan.models.layers import initialize_weights, spectral_norm


def test_initialisation_statistics():
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Conv2d(64, 128, 3), spectral_norm(nn.Conv2d(128, 64, 3)), nn.Linear(300, 500)
    )
    initialize_weights(network, gain=0.02)
    # Xavier: std = gain * sqrt(2 / (fan_in + fan_out)), a fan counts the kernel's nine positions
    conv_std = 0.02 * (2 / ((64 + 128) * 9)) ** 0.5
    stored = network[1].parametrizations.weight.original
    for weight, std in (
        (network[0].weight, conv_std),
        (stored, conv_std),
        (network[2].weight, 0.02 * (2 / 800) ** 0.5),
    ):
        assert abs(weight.std().item() / std - 1) < 0.02
        assert abs(weight.mean().item()) < 0.02 * std
        assert weight.abs().max() > 3 * std
    assert all(not layer.bias.any() for layer in network)
    # singular vectors fit the new weight, so that the first evaluation is normalised
    with torch.no_grad():
        network.eval()
        sigma = torch.linalg.matrix_norm(network[1].weight.flatten(1), 2)
    assert abs(sigma - 1) < 0.05
    assert parametrize.is_parametrized(network[1])
