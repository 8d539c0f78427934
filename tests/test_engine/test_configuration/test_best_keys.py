"""Results that hooks wait for are looked up before a run, with which way they are better."""

from typing import Any

import pytest
from mmengine.config import Config

from projects.ecgan.datasets.procedural_scenes import SCENE_CLASSES
from projects.ecgan.engine import configuration
from projects.ecgan.errors import ConfigError

SCENES = 'ecgan/ecgan_base16_1xb4-600iters_scenes-64x64'
FIDELITY = dict(type='SegmentationFidelity', segmentor=dict(config='unet'))
ROAD = list(SCENE_CLASSES).index('road')
FID = dict(type='FeatureDistance', network=dict(type='inception'))


def config(save_best: Any, *metrics: dict, dataset: dict | None = None, **hook: Any) -> Config:
    dataset = dataset or dict(type='ProceduralScenes', split='val', length=4, size=64)
    return Config(
        dict(
            default_scope='mmagic',
            val_dataloader=dict(dataset=dataset),
            val_evaluator=dict(type='Evaluator', metrics=list(metrics)),
            default_hooks=dict(checkpoint=dict(type='CheckpointHook', save_best=save_best, **hook)),
        )
    )


def checked(*args: Any, **settings: Any) -> Config:
    cfg = config(*args, **settings)
    configuration.check_results(cfg)
    return cfg


@pytest.mark.parametrize(
    ('metric', 'key', 'rule'),
    [
        (FIDELITY, 'generated/mIoU', 'greater'),
        (FIDELITY, 'real/aAcc', 'greater'),
        (FID, 'FID', 'less'),
        (FID, 'KID', 'less'),
        (dict(FID, prefix='laptop'), 'laptop/FID', 'less'),  # 'top' would be greater
        (dict(FID, network=dict(type='segmentor', config='x')), 'segmentor-FID', 'less'),
        (dict(type='PairedLPIPS'), 'LPIPS', 'less'),
        (dict(type='PairedSSIM', prefix='lossless'), 'lossless/SSIM', 'greater'),
        (dict(type='PairedPSNR'), 'PSNR', 'greater'),
        (dict(type='EdgeAccuracy'), 'edge-F1', 'greater'),
        (
            dict(type='SampleDiversity', network=dict(type='efficientnet-lite0')),
            'efficientnet-lite0-diversity',
            'greater',
        ),
        (dict(type='mmseg.IoUMetric', iou_metrics=['mFscore']), 'mPrecision', 'greater'),
        (FID, 'auto', 'less'),
    ],
)
def test_the_rule_is_that_of_the_result(metric: dict, key: str, rule: str) -> None:
    hook = checked(key, metric).default_hooks.checkpoint
    assert hook.rule == rule
    assert hook.save_best == ('FID' if key == 'auto' else key)


def test_several_results_have_a_rule_each() -> None:
    cfg = checked(['FID', 'generated/mIoU'], FIDELITY, FID)
    assert cfg.default_hooks.checkpoint.rule == ['less', 'greater']


def test_a_single_class_is_a_result_too() -> None:
    cfg = checked(['generated/IoU.road', 'generated/mIoU'], FIDELITY)
    assert cfg.default_hooks.checkpoint.rule == ['greater', 'greater']


def test_classes_are_those_of_the_mapping() -> None:
    metric = dict(FIDELITY, label_mapping='cityscapes')
    assert checked('generated/Acc.car', metric).default_hooks.checkpoint.rule == 'greater'
    with pytest.raises(ConfigError, match=r"no result 'generated/Acc.kar'"):
        checked('generated/Acc.kar', metric)


def test_an_ignored_class_is_no_result() -> None:
    with pytest.raises(ConfigError, match=r"no result 'generated/IoU.road'"):
        checked('generated/IoU.road', dict(FIDELITY, ignore_index=ROAD))


def test_classes_of_files_that_are_not_here_are_known() -> None:
    dataset = dict(
        type='LayoutImageDataset',
        data_root='/nowhere',
        img_dir='a',
        label_dir='b',
        metainfo=dict(classes=['ground', 'laptop']),
    )
    cfg = checked('generated/IoU.laptop', FIDELITY, dataset=dataset)
    assert cfg.default_hooks.checkpoint.rule == 'greater'


def test_data_that_are_not_here_are_no_error_of_a_key() -> None:
    dataset = dict(type='BasicImageDataset', ann_file='/nowhere.txt', data_root='/nowhere')
    swd = dict(type='SWD', image_shape=(3, 64, 64))
    checked('SWD/avg', swd, dataset=dataset, rule='less')
    checked('generated/IoU.lamp', FIDELITY, dataset=dataset, rule='greater')
    with pytest.raises(ConfigError, match=r"'generated/mIou'; .*'generated/mIoU'"):
        checked('generated/mIou', FIDELITY, dataset=dataset)


@pytest.mark.parametrize(
    ('key', 'hint'),
    [
        ('generated/mIou', "'generated/mIoU'"),
        ('generated/IoU.raod', "'generated/IoU.road'"),
        ('mIoU', r"there are \['generated/mIoU', "),
        ('IoU.road', "'real/IoU.road'"),
    ],
)
def test_a_slip_is_one_sentence_with_what_is_near(key: str, hint: str) -> None:
    with pytest.raises(ConfigError, match=rf'no result {key!r}; .*{hint}') as error:
        checked(key, FIDELITY)
    assert '\n' not in str(error.value) and 'checkpoint.save_best' in str(error.value)


def test_a_class_that_the_metric_does_not_give_alone_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"no result 'IoU.road'; .*'aAcc', 'mIoU', 'mAcc'"):
        checked('IoU.road', dict(type='mmseg.IoUMetric'))


@pytest.mark.parametrize('rule', ['greater', ['greater']])
def test_a_rule_that_keeps_the_worst_is_refused(rule: Any) -> None:
    with pytest.raises(ConfigError, match=r"rule='greater' would take the worst FID .*rule='less'"):
        checked('FID', FID, rule=rule)


def test_what_a_metric_does_not_say_is_left_alone() -> None:
    cfg = checked('SWD/avg', dict(type='SWD', image_shape=(3, 64, 64)), FID, rule='less')
    assert cfg.default_hooks.checkpoint.rule == 'less'


def test_early_stopping_waits_for_a_result_too() -> None:
    cfg = config(None, FID)
    cfg.custom_hooks = [dict(type='EarlyStoppingHook', monitor='FID')]
    configuration.check_results(cfg)
    assert cfg.custom_hooks[0].rule == 'less'
    cfg.custom_hooks[0].monitor = 'fid'
    with pytest.raises(ConfigError, match=r"custom_hooks.monitor: .*no result 'fid'"):
        configuration.check_results(cfg)


def test_without_a_validation_nothing_is_saved_and_that_is_said(
    capsys: pytest.CaptureFixture,
) -> None:
    checked('FID')
    assert 'save_best=FID waits for a validation' in capsys.readouterr().err
