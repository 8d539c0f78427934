"""What translation models of MMagic read, and what they write."""

import pytest
import torch
from ecgan_toys import NUM_CLASSES, SIZE, make_batch
from mmagic.structures import DataSample
from pix2pix_toys import build_in_scope

from projects.ecgan.errors import DataError
from projects.ecgan.models import LayoutDataPreprocessor, TranslationDataPreprocessor


def build(**more):
    return TranslationDataPreprocessor(NUM_CLASSES, **more)


def test_domains_are_the_layouts_channels_and_the_photo():
    batch = make_batch()
    data = build(with_boundary=True)(batch)
    plain = LayoutDataPreprocessor(NUM_CLASSES, with_boundary=True)(batch)['inputs']
    inputs = data['inputs']
    assert torch.equal(inputs['img_layout'], plain['layout'].one_hot())
    assert inputs['img_layout'].shape == (2, NUM_CLASSES + 1, SIZE, SIZE)
    assert torch.equal(
        inputs['img_layout'][:, :-1].argmax(1), torch.stack(batch['inputs']['label'])
    )
    assert torch.equal(inputs['img_img'], plain['image'])
    assert torch.equal(inputs['edge'], plain['edge'])


def test_what_is_encoded_passes_through():
    preprocessor = build(with_boundary=True)
    data = preprocessor(make_batch())
    assert preprocessor(data, True) is data


def test_layouts_alone_are_enough_to_generate():
    batch = make_batch()
    inputs = build()(dict(inputs=dict(label=batch['inputs']['label'])))['inputs']
    assert set(inputs) == {'layout', 'img_layout'}


def test_wrong_ids_are_named_as_ever():
    batch = dict(inputs=dict(label=[torch.full((4, 4), NUM_CLASSES)]))
    with pytest.raises(DataError, match=r'sample 0: label ids \[4\] are out of range'):
        build()(batch)


def test_pictures_come_back_to_the_byte():
    image = make_batch()['inputs']['image'][0]
    preprocessor = build()
    encoded = preprocessor.from_uint8(image[None])[0]
    assert torch.equal(preprocessor.destruct(encoded, DataSample(), 'img_img'), image)
    assert preprocessor.destruct(torch.full((3, 1, 1), 1.7)).flatten().tolist() == [255] * 3


def test_samples_can_be_split_and_indexed():
    samples = [DataSample(metainfo=dict(sample_name=name)) for name in 'ab']
    found = build()(dict(inputs=dict(label=[torch.zeros(4, 4).long()] * 2), data_samples=samples))
    assert [s.sample_name for s in found['data_samples'].split()] == ['a', 'b']
    assert found['data_samples'][1] is samples[1]


def test_colours_tell_classes_apart_and_unknown_is_black():
    preprocessor = build(with_unknown=True, coloured=True)
    label = torch.tensor([[0, 1], [2, 3], [255, 255]])
    colours = preprocessor(dict(inputs=dict(label=[label])))['inputs']['img_layout']
    assert colours.shape == (1, 3, 3, 2) and colours.abs().max() <= 1
    assert len({tuple(c) for c in colours[0].flatten(1).T.tolist()}) == NUM_CLASSES + 1
    assert (colours[0, :, 2] == -1).all()


@pytest.mark.parametrize('step', ['val_step', 'test_step'])
def test_cyclegan_makes_pictures_and_layouts(step):
    network = dict(type='UnetGenerator', in_channels=3, out_channels=3, num_down=5, base_channels=4)
    coloured = dict(type='TranslationDataPreprocessor', num_classes=NUM_CLASSES, coloured=True)
    model = build_in_scope(
        dict(
            type='CycleGAN',
            data_preprocessor=coloured,
            generator=network,
            discriminator=dict(type='PatchDiscriminator', in_channels=3, base_channels=4),
            default_domain='img',
            reachable_domains=['img', 'layout'],
            related_domains=['img', 'layout'],
        )
    )
    samples = getattr(model, step)(make_batch())
    for sample in samples:
        for name in ('fake_img', 'fake_layout'):
            assert sample.get(name).shape == (3, SIZE, SIZE)
            assert sample.get(name).dtype == torch.uint8
