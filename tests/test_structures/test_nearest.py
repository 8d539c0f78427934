import pytest
import torch

from projects.ecgan.structures import nearest_resize


def test_floor_rule_by_hand():
    x = torch.arange(7).expand(1, 5, 7)
    # floor(i * 7 / 3) = 0, 2, 4
    assert nearest_resize(x, (5, 3))[0, 0].tolist() == [0, 2, 4]
    assert nearest_resize(x.transpose(1, 2), (3, 5))[0, :, 0].tolist() == [0, 2, 4]
    assert nearest_resize(x, (5, 7)) is x


@pytest.mark.parametrize('size', [(2, 2), (4, 8), (3, 5), (8, 12)])
def test_is_nearest_of_pytorch(size):
    x = torch.rand(2, 3, 8, 12)
    assert torch.equal(
        nearest_resize(x, size), torch.nn.functional.interpolate(x, size, mode='nearest')
    )
