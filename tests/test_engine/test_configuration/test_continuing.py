"""What a change of a config means to a run that goes on."""

from typing import Any

import pytest
from mmengine.config import Config

from projects.ecgan.engine.configuration import find_changes
from projects.ecgan.engine.configuration.differences import ABSENT, Difference, differences
from projects.ecgan.errors import CheckpointError

BASE: dict[str, Any] = dict(
    model=dict(
        type='A',
        generator=dict(type='G', width=4, trunk=dict(recompute=[])),
        gan_loss=dict(type='L', loss_weight=1.0),
    ),
    optim_wrapper=dict(optimizer=dict(type='Adam', lr=0.1, betas=(0.5, 0.9))),
    param_scheduler=[dict(type='LinearLR', end=4)],
    train_cfg=dict(by_epoch=False, max_iters=4),
    default_hooks=dict(checkpoint=dict(interval=2, save_best='a')),
    work_dir='a',
)


def test_differences_go_by_key_and_tuples_are_lists() -> None:
    old = dict(a=1, b=dict(c=(1, 2), d=[dict(e=1), dict(e=2)]), f=0)
    new = dict(a=2, b=dict(c=[1, 2], d=[dict(e=1), dict(e=3)]), g=[])
    found = differences(old, new)
    assert found == [('a', 1, 2), ('b.d.1.e', 2, 3), ('f', 0, ABSENT), ('g', ABSENT, [])]
    assert str(found[1]) == 'b.d.1.e: 2 -> 3' and str(found[2]) == 'f: 0 -> absent'
    assert str(Difference('a', [{}], [{}, {}])) == 'a: a list of 1 -> a list of 2'
    assert Difference('a', dict(b=dict(c=1)), None).leaves == {'a', 'a.b.c'}
    assert len(str(Difference('a', 'x' * 500, 1))) < 100


def changes(**options: Any) -> Any:
    carried = Config(BASE)
    cfg = Config(BASE)
    # A list takes no dict in.
    cfg.param_scheduler = options.pop('param_scheduler', cfg.param_scheduler)
    cfg.merge_from_dict({key.replace('__', '.'): value for key, value in options.items()})
    content = dict(meta=dict(cfg=carried.pretty_text, seed=5))
    return find_changes(content, cfg, 'iter_4.pth')


@pytest.mark.parametrize(
    'options',
    [
        {},
        dict(work_dir='b', resume=True, launcher='pytorch'),
        dict(param_scheduler=dict(type='LinearLR', end=4)),
        dict(randomness=dict(seed=5)),
        dict(randomness=dict(seed=None)),
        dict(train_dataloader=dict(num_workers=4)),
        dict(auto_scale_lr=dict(base_batch_size=4, enable=False)),
        dict(custom_hooks=[]),
        dict(default_hooks__continuing=dict(type='ContinuingHook')),
        dict(train_cfg=dict(type='IterBasedTrainLoop', max_iters=4, by_epoch=None)),
    ],
)
def test_what_is_no_change(options: dict) -> None:
    assert changes(**options).lines == []


@pytest.mark.parametrize(
    ('options', 'touched'),
    [
        (dict(optim_wrapper__optimizer__betas=(0.5, 0.8)), {'rates'}),
        (dict(param_scheduler=None), {'rates'}),
        (dict(auto_scale_lr=dict(enable=True)), {'rates'}),
        (dict(optim_wrapper__type='AmpOptimWrapper'), set()),
        (dict(optim_wrapper__loss_scale='dynamic'), {'loss_scale'}),
        (dict(randomness=dict(seed=6)), {'randomness'}),
        (dict(default_hooks__checkpoint__save_best='b'), {'best'}),
        (dict(model__gan_loss__type='M'), set()),
        (dict(model__diversity_loss=dict(type='M')), set()),
        (dict(model__generator__trunk__recompute=['up_2']), set()),
        (dict(model__final_weight=3.0), set()),
        (dict(model__edge_weight=dict(start=1.0, end=0.0, begin=0, until=9)), set()),
        (dict(model__judged_every=dict(edge=2)), set()),
        (dict(model__perceived_every=dict(edge=2)), set()),
        (dict(train_cfg__max_iters=8), set()),
    ],
)
def test_what_takes_effect(options: dict, touched: set[str]) -> None:
    found = changes(**options)
    assert len(found.lines) == 1
    names = ('rates', 'loss_scale', 'randomness', 'best')
    assert {name for name in names if getattr(found, f'touch_{name}')} == touched


@pytest.mark.parametrize(
    'options',
    [
        dict(model__type='B'),
        dict(model__generator__width=8),
        dict(model__generator__type='H'),
        dict(model__generator=None),
        dict(model__discriminator=dict(type='D')),
        dict(model__ema_config=dict(type='ExponentialMovingAverage')),
        dict(optim_wrapper__optimizer__type='SGD'),
        dict(optim_wrapper=dict(a=dict(optimizer=dict(type='Adam')))),
        dict(train_cfg=dict(by_epoch=True)),
        dict(custom_hooks=[dict(type='EMAHook')]),
    ],
)
def test_what_is_refused(options: dict) -> None:
    with pytest.raises(CheckpointError, match=r'iter_4\.pth can not go on with another '):
        changes(**options)
