"""What the arguments of a run change in its config."""

import pytest
from mmengine.config import Config

from projects.ecgan.engine import configuration
from projects.ecgan.engine.configuration import changes
from projects.ecgan.errors import ConfigError


def test_amp_reaches_every_optimiser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, 'get_device', lambda: 'cuda')
    several = Config(
        dict(
            optim_wrapper=dict(
                constructor='MultiOptimWrapperConstructor',
                generator=dict(optimizer=dict(type='Adam')),
                discriminator=dict(type='OptimWrapper', optimizer=dict(type='Adam')),
            )
        )
    )
    configuration.enable_amp(several)
    for name in ('generator', 'discriminator'):
        assert several.optim_wrapper[name].type == 'AmpOptimWrapper'
        assert several.optim_wrapper[name].loss_scale == 'dynamic'
    one = Config(dict(optim_wrapper=dict(type='OptimWrapper', optimizer=dict(type='SGD'))))
    configuration.enable_amp(one)
    assert one.optim_wrapper.type == 'AmpOptimWrapper'
    one.optim_wrapper.type = 'ApexOptimWrapper'
    with pytest.raises(ConfigError, match="got 'ApexOptimWrapper'"):
        configuration.enable_amp(one)


def test_amp_without_a_gpu_is_bfloat16(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, 'get_device', lambda: 'cpu')
    cfg = Config(
        dict(
            optim_wrapper=dict(
                constructor='MultiOptimWrapperConstructor',
                generator=dict(optimizer=dict(type='Adam')),
                discriminator=dict(
                    type='AmpOptimWrapper', loss_scale='dynamic', optimizer=dict(type='Adam')
                ),
            )
        )
    )
    configuration.enable_amp(cfg)
    for name in ('generator', 'discriminator'):
        assert cfg.optim_wrapper[name].to_dict() == dict(
            type='Bfloat16OptimWrapper', optimizer=dict(type='Adam')
        )


def hooks_of(cfg: Config, training: bool = True) -> dict[str, str]:
    configuration.add_hooks(cfg, training)
    return {name: hook['type'] for name, hook in cfg.default_hooks.items()}


def test_every_run_gets_its_hooks_once() -> None:
    cfg = Config(dict(custom_hooks=[dict(type='A')]))
    always = {'progress': 'mmagic.ProgressHook', 'matching': 'mmagic.MatchingCheckpointHook'}
    kinds = ('RandomStateHook', 'InterruptionHook', 'NonFiniteHook')
    names = ('random_state', 'interruption', 'finite')
    wanted = {**always, **{name: f'mmagic.{kind}' for name, kind in zip(names, kinds)}}
    assert hooks_of(cfg) == wanted
    assert hooks_of(cfg) == wanted
    assert cfg.custom_hooks == [dict(type='A')]
    assert hooks_of(Config(), training=False) == always


def test_hooks_that_are_there_or_turned_off_stay_so() -> None:
    cfg = Config(
        dict(
            default_hooks=dict(
                timer=dict(type='IterTimerHook'),
                **dict.fromkeys(('progress', 'interruption', 'finite', 'matching', 'samples')),
            ),
            custom_hooks=[dict(type='mmagic.RandomStateHook')],
        )
    )
    assert hooks_of(cfg) == {'timer': 'IterTimerHook'}
