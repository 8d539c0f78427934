import pytest
import torch
from mmagic.structures import DataSample

from projects.ecgan.models import LayoutDataPreprocessor


def batch(label, **more):
    sample = DataSample(metainfo=dict(seg_map_path='street_07.png'))
    return dict(
        inputs=dict(label=[torch.as_tensor(label)], **{k: [v] for k, v in more.items()}),
        data_samples=[sample],
    )


def test_unknown_pixels_become_the_channel_after_the_classes():
    preprocessor = LayoutDataPreprocessor(num_classes=3, with_unknown=True)
    layout = preprocessor(batch([[0, 2], [255, 1]]))['inputs']['layout']
    assert layout.labels.tolist() == [[[0, 2], [3, 1]]]
    assert layout.valid.tolist() == [[[True, True], [False, True]]]
    assert layout.one_hot()[0, :, 1, 0].tolist() == [0, 0, 0, 1]


def test_channels_are_classes_then_unknown_then_boundary():
    preprocessor = LayoutDataPreprocessor(num_classes=2, with_unknown=True, with_boundary=True)
    data = batch([[0, 255]], boundary=torch.tensor([[1, 0]]))
    layout = preprocessor(data)['inputs']['layout']
    assert layout.num_channels == preprocessor.layout_channels == 4
    assert layout.one_hot()[0, :, 0].T.tolist() == [[1, 0, 0, 1], [0, 0, 1, 0]]


def test_images_are_rgb_in_minus_one_to_one_and_back():
    preprocessor = LayoutDataPreprocessor(num_classes=1)
    image = torch.tensor([0, 51, 255], dtype=torch.uint8).view(3, 1, 1)  # BGR
    edge = torch.tensor([[[255]]], dtype=torch.uint8)
    inputs = preprocessor(batch([[0]], image=image, edge=edge))['inputs']
    torch.testing.assert_close(inputs['image'].flatten(), torch.tensor([1.0, -0.6, -1.0]))
    assert inputs['edge'].shape == (1, 3, 1, 1)
    assert inputs['edge'].unique().tolist() == [1.0]
    torch.testing.assert_close(preprocessor.to_uint8(inputs['image'])[0], image)


def test_values_beyond_the_range_are_clamped_for_display():
    shown = LayoutDataPreprocessor.to_uint8(torch.tensor([1.73, -1.2, 0.0]).view(1, 3, 1, 1))
    assert shown.flatten().tolist() == [128, 0, 255]


@pytest.mark.parametrize(
    'options, label, message',
    [
        (dict(), [[0, 7], [9, 1]], r'street_07.png: label ids \[7, 9\].*0 to 2'),
        (dict(with_unknown=True), [[-1]], r'label ids \[-1\].*0 to 2, or 255 for unknown'),
        (dict(), [[255]], 'set with_unknown=True'),
    ],
)
def test_label_out_of_range_names_file_ids_and_range(options, label, message):
    with pytest.raises(ValueError, match=message):
        LayoutDataPreprocessor(num_classes=3, **options)(batch(label))


def test_missing_boundary_says_what_to_do():
    with pytest.raises(ValueError, match='add InstanceBoundary to the pipeline'):
        LayoutDataPreprocessor(num_classes=3, with_boundary=True)(batch([[0]]))


def test_differing_shapes_are_named():
    data = dict(inputs=dict(label=[torch.zeros(2, 2).long(), torch.zeros(2, 3).long()]))
    with pytest.raises(ValueError, match=r'sample 0: \(2, 2\), sample 1: \(2, 3\)'):
        LayoutDataPreprocessor(num_classes=3)(data)


def test_a_layout_for_the_generator_alone():
    preprocessor = LayoutDataPreprocessor(num_classes=2, with_unknown=True, with_boundary=True)
    data = batch(
        [[0, 255]],
        boundary=torch.tensor([[0, 1]]),
        generator_label=torch.tensor([[255, 1]]),
        generator_boundary=torch.tensor([[1, 0]]),
    )
    inputs = preprocessor(data)['inputs']
    assert inputs['layout'].labels.tolist() == [[[0, 2]]]
    assert inputs['generator_layout'].labels.tolist() == [[[2, 1]]]
    assert inputs['generator_layout'].boundary.tolist() == [[[True, False]]]
    del data['inputs']['generator_boundary']
    with pytest.raises(ValueError, match='place WarpLayout behind InstanceBoundary'):
        preprocessor(data)


@pytest.mark.parametrize('kind', [torch.int64, torch.uint8])
def test_255_is_a_class_of_256(kind):
    preprocessor = LayoutDataPreprocessor(num_classes=256, with_unknown=True)
    layout = preprocessor(batch(torch.tensor([[0, 255]], dtype=kind)))['inputs']['layout']
    assert layout.labels.tolist() == [[[0, 255]]]
    layout = preprocessor(batch([[255, 65535]]))['inputs']['layout']
    assert layout.labels.tolist() == [[[255, 256]]]
    with pytest.raises(ValueError, match=r'ids \[65535\] are out of range.*set with_unknown=True'):
        LayoutDataPreprocessor(num_classes=256)(batch([[255, 65535]]))
