import torch
from torch import nn
from torch.nn.utils import parametrize

from projects.ecgan.models.layers import (
    initialize_weights,
    refresh_singular_vectors,
    spectral_norm,
)


def test_spectral_norm_divides_by_the_largest_singular_value():
    conv = spectral_norm(nn.Conv2d(2, 2, 1, bias=False)).eval()
    with torch.no_grad():
        conv.parametrizations.weight.original.copy_(
            torch.tensor([[3.0, 0.0], [4.0, 5.0]])[..., None, None]
        )
    refresh_singular_vectors(conv, iterations=50)
    # W^T W = [[25, 20], [20, 25]] has the eigenvalues 45 and 5
    expected = torch.tensor([[3.0, 0.0], [4.0, 5.0]]) / 45**0.5
    torch.testing.assert_close(conv.weight.flatten(1), expected)


def test_one_power_iteration_a_training_forward_none_in_evaluation():
    torch.manual_seed(0)
    conv = spectral_norm(nn.Conv2d(8, 8, 3))
    norm = conv.parametrizations.weight[0]
    nn.init.normal_(norm._u)
    with torch.no_grad():
        norm._u /= norm._u.norm()
        matrix = conv.parametrizations.weight.original.flatten(1)
        norm._v.copy_(nn.functional.normalize(torch.randn(72), dim=0))
    v = norm._v.clone()
    conv.eval()(torch.zeros(1, 8, 3, 3))
    assert torch.equal(norm._v, v)
    conv.train()(torch.zeros(1, 8, 3, 3))
    u = nn.functional.normalize(matrix @ v, dim=0)
    torch.testing.assert_close(norm._u, u)
    torch.testing.assert_close(norm._v, nn.functional.normalize(matrix.T @ u, dim=0))


def test_gradient_flows_through_sigma_but_not_through_its_vectors():
    conv = spectral_norm(nn.Conv2d(1, 1, 1, bias=False))
    # a 1 x 1 weight over its own size is its sign: no gradient is left
    conv(torch.ones(1, 1, 1, 1)).sum().backward()
    assert conv.parametrizations.weight.original.grad.abs().item() < 1e-6


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
