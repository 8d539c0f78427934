import pytest
import torch
from torch.nn import functional as F

from projects.ecgan.structures import DenseLayout, Layout, as_layout, nearest_indices


def make_layout(batch=2, height=12, width=20, **options):
    generator = torch.Generator().manual_seed(0)
    labels = torch.randint(0, 4, (batch, height, width), generator=generator)
    boundary = torch.randint(0, 2, (batch, height, width), generator=generator)
    return Layout(labels, 3, with_unknown=True, boundary=boundary, **options)


def test_channels_are_classes_then_unknown_then_boundary():
    layout = Layout(
        torch.tensor([[[0, 2, 3]]]), 3, with_unknown=True, boundary=torch.tensor([[[0, 1, 1]]])
    )
    assert layout.num_channels == 5
    expected = torch.tensor([[1, 0, 0, 0, 0], [0, 0, 1, 0, 1], [0, 0, 0, 1, 1]])
    assert layout.one_hot()[0, :, 0].T.tolist() == expected.tolist()
    assert layout.valid.tolist() == [[[True, True, False]]]


def test_unknown_without_a_channel_is_zero_everywhere():
    layout = Layout(torch.tensor([[[1, 3]]]), 3)
    assert layout.num_channels == 3
    assert layout.one_hot()[0, :, 0].T.tolist() == [[0, 1, 0], [0, 0, 0]]


def test_one_hot_has_the_dtype_asked_for_and_is_made_once():
    layout = make_layout()
    assert layout.one_hot(torch.bfloat16).dtype == torch.bfloat16
    assert layout.one_hot() is layout.one_hot()
    torch.testing.assert_close(layout.one_hot(torch.float64).float(), layout.one_hot())


@pytest.mark.parametrize(('source', 'target'), [(7, 3), (256, 8), (5, 12), (286, 256), (4, 4)])
def test_nearest_indices_are_those_of_pytorch(source, target):
    ramp = torch.arange(source, dtype=torch.float32).view(1, 1, 1, source)
    theirs = F.interpolate(ramp, size=(1, target), mode='nearest').flatten().long()
    indices = nearest_indices(source, target)
    assert indices.tolist() == theirs.tolist()
    assert indices.tolist() == [i * source // target for i in range(target)]


@pytest.mark.parametrize('size', [(6, 10), (3, 5), (5, 9), (24, 40), (12, 20)])
def test_resized_is_nearest_from_full_resolution(size):
    layout = make_layout()
    expected = F.interpolate(layout.one_hot(), size=size, mode='nearest')
    assert torch.equal(layout.resized(size).one_hot(), expected)
    assert torch.equal(DenseLayout(layout.one_hot()).resized(size).one_hot(), expected)


def test_resized_versions_are_made_once():
    layout = make_layout()
    assert layout.resized((12, 20)) is layout
    assert layout.resized((6, 10)) is layout.resized([6, 10])
    dense = DenseLayout(layout.one_hot())
    assert dense.resized((12, 20)) is dense
    assert dense.resized((6, 10)) is dense.resized((6, 10))


def test_parts_of_a_batch_and_copies():
    layout = make_layout()
    assert (len(layout), layout.shape) == (2, (12, 20))
    part = layout[1:2]
    assert len(part) == 1 and part.with_unknown
    assert torch.equal(part.one_hot(), layout.one_hot()[1:2])
    moved = layout.to('cpu')
    assert torch.equal(moved.one_hot(), layout.one_hot()) and moved.device.type == 'cpu'
    dense = DenseLayout(layout.one_hot())
    assert (len(dense), dense.num_channels, dense.shape) == (2, 5, (12, 20))
    assert torch.equal(dense[:1].channels, layout.one_hot()[:1])


def test_as_layout():
    layout = make_layout()
    assert as_layout(layout) is layout
    channels = torch.rand(1, 5, 4, 4)
    assert as_layout(channels).one_hot() is channels


@pytest.mark.parametrize(
    ('make', 'message'),
    [
        (
            lambda: Layout(torch.zeros(2, 1, 4, 4).long(), 3),
            r'got torch.int64 of shape \(2, 1, 4, 4\)',
        ),
        (lambda: Layout(torch.zeros(2, 4, 4), 3), 'labels must be int64.*got torch.float32'),
        (
            lambda: Layout(torch.zeros(2, 4, 4).long(), 3, boundary=torch.zeros(2, 4, 5)),
            r'boundary \(2, 4, 5\) and labels \(2, 4, 4\)',
        ),
        (lambda: DenseLayout(torch.zeros(3, 4, 4)), r'got torch.float32 of shape \(3, 4, 4\)'),
        (lambda: as_layout(torch.zeros(1, 3, 4, 4).long()), 'got torch.int64'),
    ],
)
def test_what_is_no_layout_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
