from pathlib import Path

import pytest
import torch
from evaluation_toys import GREY_STEP, NUM_CLASSES, make_labels, paint, write_segmentor

from projects.ecgan.models.segmentors import Segmentor
from projects.ecgan.models.segmentors.segmentor import find_segmentor_config, zoo_weights_url
from projects.ecgan.weights import file_sha256

ZOO = 'deeplabv3plus_r101-d8_4xb2-80k_cityscapes-512x1024'


def test_zoo_name_is_found_with_its_weights():
    config = find_segmentor_config(ZOO)
    assert config.name == f'{ZOO}.py'
    url = zoo_weights_url(config)
    assert url.endswith(
        'deeplabv3plus_r101-d8_512x1024_80k_cityscapes_20200606_114143-068fcfe9.pth'
    )


def test_unknown_config_offers_similar_names():
    with pytest.raises(
        FileNotFoundError, match=f"No segmentor config '{ZOO}x'.*Similar names: {ZOO}"
    ):
        find_segmentor_config(f'{ZOO}x')


@pytest.mark.parametrize(
    ('policy', 'size', 'seen'),
    [('native', None, (8, 8)), ('upscale', (32, 48), (32, 48)), ('pipeline', None, (16, 24))],
)
def test_input_policies(tmp_path, policy, size, seen):
    segmentor = Segmentor(**write_segmentor(tmp_path), input_policy=policy, input_size=size)
    labels = make_labels(0).clamp(max=NUM_CLASSES - 1)
    # Blocks of 4 x 4 pixels keep most pixels away from the blur between two classes.
    labels = labels[:2, :2].repeat_interleave(4, 0).repeat_interleave(4, 1)
    prediction = segmentor(paint(labels)[None])
    assert segmentor.model.seen == [seen]
    assert prediction.shape == (1, 8, 8)
    centre = slice(1, None, 4)
    assert prediction[0, centre, centre].equal(labels[centre, centre])


def test_prediction_takes_the_size_of_the_label_map(tmp_path):
    segmentor = Segmentor(**write_segmentor(tmp_path))
    labels = torch.tensor([[0, 3], [2, 1]])
    prediction = segmentor(
        paint(labels.repeat_interleave(8, 0).repeat_interleave(8, 1))[None], (2, 2)
    )
    assert prediction.equal(labels[None])


def test_segmentor_is_frozen(tmp_path):
    segmentor = Segmentor(**write_segmentor(tmp_path)).train()
    assert not any(module.training for module in segmentor.modules())
    assert not any(parameter.requires_grad for parameter in segmentor.parameters())
    assert segmentor.model.step.tolist() == [GREY_STEP] * NUM_CLASSES


def test_protocol_names_and_hashes_what_was_used(tmp_path):
    arguments = write_segmentor(tmp_path)
    protocol = Segmentor(**arguments, input_policy='upscale', input_size=(16, 16)).protocol()
    assert protocol['checkpoint'] == arguments['checkpoint']
    assert len(protocol['checkpoint_sha256']) == 64
    assert (protocol['input_policy'], protocol['input_size']) == ('upscale', [16, 16])


def test_weights_beside_the_config_are_taken_where_none_are_named(tmp_path):
    arguments = write_segmentor(tmp_path)
    protocol = Segmentor(arguments['config']).protocol()
    # By name: no folder of this machine.
    assert protocol['checkpoint'] == 'grey.pth'
    assert protocol['checkpoint_sha256'] == file_sha256(arguments['checkpoint'])
    with pytest.raises(FileNotFoundError, match='absent'):
        Segmentor(arguments['config'], 'absent.pth')


@pytest.mark.parametrize(
    ('policy', 'size'), [('upscale', None), ('native', (8, 8)), ('pipeline', (8, 8))]
)
def test_input_size_belongs_to_upscale(tmp_path, policy, size):
    with pytest.raises(ValueError, match="goes with input_policy 'upscale'"):
        Segmentor(**write_segmentor(tmp_path), input_policy=policy, input_size=size)


def test_unknown_policy(tmp_path):
    with pytest.raises(ValueError, match="input_policy is 'huge'"):
        Segmentor(**write_segmentor(tmp_path), input_policy='huge')


def test_float_images_are_refused(tmp_path):
    segmentor = Segmentor(**write_segmentor(tmp_path))
    with pytest.raises(ValueError, match=r'uint8 BGR images .* torch.float32 \(1, 3, 8, 8\)'):
        segmentor(torch.zeros(1, 3, 8, 8))


def test_missing_local_weights_name_the_file_and_its_origin(tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        Segmentor(ZOO, checkpoint=str(tmp_path / 'absent.pth'))
    message = str(caught.value)
    assert '\n' not in message
    assert str(tmp_path / 'absent.pth') in message
    assert '/mmsegmentation/' in message


def test_weights_that_cannot_be_fetched(tmp_path, monkeypatch):
    monkeypatch.setenv('TORCH_HOME', str(tmp_path))
    segmentor = write_segmentor(tmp_path)
    # Port 9 (discard) refuses the connection at once: no network is needed for this test.
    url = 'http://127.0.0.1:9/grey.pth'
    with pytest.raises(FileNotFoundError) as caught:
        Segmentor(segmentor['config'], checkpoint=url)
    message = str(caught.value)
    assert f'Cannot fetch the weights of the segmentor grey from {url}' in message
    assert f'put it at {tmp_path}/hub/checkpoints/grey.pth' in message
    assert 'segmentor.checkpoint' in message


def test_local_config_needs_a_checkpoint(tmp_path):
    arguments = write_segmentor(tmp_path)
    Path(arguments['checkpoint']).unlink()
    with pytest.raises(FileNotFoundError, match='not in the model zoo and has no weights beside'):
        Segmentor(arguments['config'])


def test_missing_weights_of_an_own_segmentor_say_how_to_train_it(tmp_path):
    config = write_segmentor(tmp_path)['config']
    with pytest.raises(FileNotFoundError, match=f'Train it: ecgan train {config}'):
        Segmentor(config, checkpoint=str(tmp_path / 'absent.pth'))


def test_checkpoint_of_another_architecture(tmp_path):
    segmentor = write_segmentor(tmp_path)
    torch.save({'state_dict': {'step': torch.zeros(7)}}, segmentor['checkpoint'])
    with pytest.raises(ValueError, match=r'does not fit .* step is \(7,\) instead of \(4,\)\.'):
        Segmentor(**segmentor)
    torch.save({'state_dict': {'other': torch.zeros(7)}}, segmentor['checkpoint'])
    with pytest.raises(ValueError, match=r'does not fit .* step is missing\.'):
        Segmentor(**segmentor)
