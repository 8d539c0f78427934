"""Segmentors of mmsegmentation with more than 255 classes."""

import pytest
from mmengine.config import Config

from projects.ecgan.engine.configuration import check_config
from projects.ecgan.errors import ConfigError

FREE = {
    'model.decode_head.ignore_index': 65535,
    'model.auxiliary_head': [dict(type='FCNHead', ignore_index=65535)],
    'model.data_preprocessor.seg_pad_val': 65535,
    'val_evaluator.ignore_index': 65535,
}


def segmentor(count: int, changes: dict) -> Config:
    cfg = Config(
        dict(
            default_scope='mmseg',
            model=dict(
                type='EncoderDecoder',
                decode_head=dict(type='FCNHead', num_classes=count),
                auxiliary_head=[dict(type='FCNHead', num_classes=count)],
                data_preprocessor=dict(type='SegDataPreProcessor'),
            ),
            val_evaluator=dict(type='IoUMetric'),
        )
    )
    cfg.merge_from_dict(changes)
    return cfg


@pytest.mark.parametrize('count', [256, 257, 300])
@pytest.mark.parametrize('left', FREE)
def test_a_part_that_takes_255_for_unknown(count, left):
    cfg = segmentor(count, {key: value for key, value in FREE.items() if key != left})
    place = left if left != 'model.auxiliary_head' else r'model\.auxiliary_head\.ignore_index'
    with pytest.raises(ConfigError, match=rf'{place} is 255, .* the {count} classes: .* 65535'):
        check_config(cfg)


def test_parts_that_were_told_and_few_classes():
    check_config(segmentor(300, FREE))
    check_config(segmentor(255, {}))
