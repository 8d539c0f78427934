import pytest
import torch
from mmagic.registry import MODELS
from mmengine.config import Config
from mmengine.model import revert_sync_batchnorm
from mmengine.registry import DefaultScope

CLASSES = 5


def segmentor_config(bgr_to_rgb):
    norm = {'type': 'SyncBN', 'requires_grad': True}
    return Config(
        {
            'model': {
                'type': 'EncoderDecoder',
                'data_preprocessor': {
                    'type': 'SegDataPreProcessor',
                    'mean': [120.0, 110.0, 100.0],
                    'std': [60.0, 50.0, 40.0],
                    'bgr_to_rgb': bgr_to_rgb,
                },
                'backbone': {
                    'type': 'UNet',
                    'base_channels': 4,
                    'num_stages': 3,
                    'strides': (1, 1, 1),
                    'enc_num_convs': (1, 1, 1),
                    'dec_num_convs': (1, 1),
                    'downsamples': (True, True),
                    'enc_dilations': (1, 1, 1),
                    'dec_dilations': (1, 1),
                    'norm_cfg': norm,
                },
                'decode_head': {
                    'type': 'FCNHead',
                    'in_channels': 8,
                    'in_index': 1,
                    'channels': 8,
                    'num_classes': CLASSES,
                    'norm_cfg': norm,
                },
                'train_cfg': {},
                'test_cfg': {'mode': 'whole'},
            }
        }
    )


@pytest.fixture(params=[True, False], ids=['rgb', 'bgr'])
def trained(request, tmp_path):
    """A real mmseg model, and where its config and weights lie."""
    import mmseg.models  # noqa: F401
    from mmseg.registry import MODELS as SEG_MODELS

    config = segmentor_config(request.param)
    config.dump(tmp_path / 'segmentor.py')
    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope('mmseg'):
        model = revert_sync_batchnorm(SEG_MODELS.build(config.model)).eval()
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.running_mean, -0.1, 0.1)
    torch.save({'state_dict': model.state_dict()}, tmp_path / 'segmentor.pth')
    return model, tmp_path


def build(folder, num_classes=CLASSES, checkpoint='segmentor.pth'):
    return MODELS.build(
        {
            'type': 'FrozenSegmentor',
            'num_classes': num_classes,
            'config': str(folder / 'segmentor.py'),
            'checkpoint': str(folder / checkpoint),
        }
    )


def test_logits_are_those_of_mmseg_on_bytes(trained):
    from mmseg.structures import SegDataSample

    model, folder = trained
    photo = torch.randint(0, 256, (2, 3, 32, 40), dtype=torch.uint8)
    samples = [SegDataSample(metainfo={'img_shape': (32, 40), 'ori_shape': (32, 40)})] * 2
    expected = model.test_step({'inputs': list(photo), 'data_samples': samples})
    logits = build(folder)(photo.flip(1).float() / 127.5 - 1)
    for one, sample in zip(logits, expected):
        assert torch.allclose(one, sample.seg_logits.data, atol=1e-4)


def test_gradients_reach_the_image_and_no_weight(trained):
    segmentor = build(trained[1])
    segmentor.train()
    before = {k: v.clone() for k, v in segmentor.state_dict().items()}
    image = torch.rand(2, 3, 32, 32, requires_grad=True)
    logits = segmentor(image)
    logits.square().sum().backward()
    assert logits.shape == (2, CLASSES, 32, 32)
    assert image.grad.abs().sum() > 0
    assert not any(p.requires_grad for p in segmentor.parameters())
    segmentor.init_weights()
    for key, value in segmentor.state_dict().items():
        assert torch.equal(value, before[key])


def test_missing_checkpoint_says_where_it_was_looked_for(trained):
    with pytest.raises(FileNotFoundError, match=r'nowhere\.pth'):
        build(trained[1], checkpoint='nowhere.pth')


def test_other_classes_are_refused(trained):
    with pytest.raises(ValueError, match='predicts 5 classes in 5 channels, the layout has 8'):
        build(trained[1], num_classes=8)
