"""What the arguments of a run change in its config."""

import pytest
from mmengine.config import Config

from projects.ecgan.engine import configuration
from projects.ecgan.engine.configuration import changes
from projects.ecgan.errors import ConfigError


def two_optimisers(**of_discriminator: str) -> Config:
    adam = dict(type='Adam')
    wrappers = dict(
        constructor='MultiOptimWrapperConstructor',
        generator=dict(optimizer=adam),
        discriminator=dict(optimizer=adam, **of_discriminator),
    )
    return Config(dict(optim_wrapper=wrappers))


def test_amp_reaches_every_optimiser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, 'get_device', lambda: 'cuda')
    several = two_optimisers(type='OptimWrapper')
    configuration.enable_amp(several)
    for name in ('generator', 'discriminator'):
        assert several.optim_wrapper[name].type == 'AmpOptimWrapper'
        assert several.optim_wrapper[name].loss_scale == 'dynamic'
    one = Config(dict(optim_wrapper=dict(type='OptimWrapper', optimizer=dict(type='SGD'))))
    configuration.enable_amp(one)
    assert one.optim_wrapper.type == 'AmpOptimWrapper'
    one.optim_wrapper.type = 'Bfloat16OptimWrapper'
    configuration.enable_amp(one)
    assert one.optim_wrapper.type == 'AmpOptimWrapper'
    one.optim_wrapper.type = 'ApexOptimWrapper'
    with pytest.raises(ConfigError, match="got 'ApexOptimWrapper'"):
        configuration.enable_amp(one)


def test_amp_without_a_gpu_is_bfloat16(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, 'get_device', lambda: 'cpu')
    cfg = two_optimisers(type='AmpOptimWrapper', loss_scale='dynamic')
    configuration.enable_amp(cfg)
    for name in ('generator', 'discriminator'):
        assert cfg.optim_wrapper[name].to_dict() == dict(
            type='Bfloat16OptimWrapper', optimizer=dict(type='Adam')
        )


def of_two_optimisers(**more: dict) -> Config:
    return Config(
        dict(
            optim_wrapper=dict(
                constructor='MultiOptimWrapperConstructor',
                generator=dict(accumulative_counts=4, optimizer=dict(type='Adam', lr=1e-4)),
                discriminator=dict(optimizer=dict(type='Adam', lr=4e-4)),
            ),
            train_dataloader=dict(batch_size=2),
            auto_scale_lr=dict(base_batch_size=32),
            **more,
        )
    )


def test_rates_follow_the_samples_of_an_update(capsys: pytest.CaptureFixture) -> None:
    cfg = of_two_optimisers()
    configuration.scale_rates(cfg)
    wrapper = cfg.optim_wrapper
    assert wrapper.generator.optimizer.lr == pytest.approx(1e-4 * 8 / 32)
    assert wrapper.discriminator.optimizer.lr == pytest.approx(4e-4 * 2 / 32)
    # MMEngine would scale once more.
    assert cfg.auto_scale_lr.enable is False
    assert capsys.readouterr().out == (
        '--auto-scale-lr: rates made for 32 samples an update are now: generator 2.5e-05 '
        '(8 samples an update), discriminator 2.5e-05 (2 samples an update)\n'
    )


@pytest.mark.parametrize(
    ('launcher', 'size', 'rank'),
    [
        ('pytorch', 'WORLD_SIZE', 'RANK'),
        ('slurm', 'SLURM_NTASKS', 'SLURM_PROCID'),
        ('mpi', 'OMPI_COMM_WORLD_SIZE', 'OMPI_COMM_WORLD_RANK'),
    ],
)
def test_processes_count_where_they_were_launched(
    launcher: str, size: str, rank: str, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    monkeypatch.setenv(size, '8')
    monkeypatch.setenv(rank, '1')
    cfg = of_two_optimisers(launcher=launcher)
    configuration.scale_rates(cfg)
    assert cfg.optim_wrapper.generator.optimizer.lr == pytest.approx(1e-4 * 2 * 4 * 8 / 32)
    assert capsys.readouterr().out == ''
    alone = of_two_optimisers(launcher='none')
    configuration.scale_rates(alone)
    assert alone.optim_wrapper.generator.optimizer.lr == pytest.approx(1e-4 * 2 * 4 / 32)


def test_one_optimiser_is_scaled_too() -> None:
    cfg = Config(
        dict(
            optim_wrapper=dict(type='OptimWrapper', optimizer=dict(type='SGD', lr=0.1)),
            train_dataloader=dict(batch_size=4),
            auto_scale_lr=dict(base_batch_size=16, enable=True),
        )
    )
    configuration.scale_rates(cfg)
    assert cfg.optim_wrapper.optimizer.lr == pytest.approx(0.025)
    assert cfg.auto_scale_lr.enable is False


@pytest.mark.parametrize(
    ('change', 'sentence'),
    [
        (dict(auto_scale_lr=None), r'needs auto_scale_lr\.base_batch_size.*got None'),
        (dict(auto_scale_lr=dict(base_batch_size=-8)), r'auto_scale_lr\.base.*got -8'),
        (dict(train_dataloader=dict()), r'needs train_dataloader\.batch_size.*got None'),
        ({'optim_wrapper.generator.optimizer': dict(type='Adam')}, 'generator has no lr'),
    ],
)
def test_what_cannot_be_scaled_is_said(change: dict, sentence: str) -> None:
    cfg = of_two_optimisers()
    for key, value in change.items():
        *path, last = key.split('.')
        place = cfg
        for name in path:
            place = place[name]
        place[last] = value
    with pytest.raises(ConfigError, match=sentence):
        configuration.scale_rates(cfg)


def hooks_of(cfg: Config, training: bool = True) -> dict[str, str]:
    configuration.add_hooks(cfg, training)
    return {name: hook['type'] for name, hook in cfg.default_hooks.items()}


def test_every_run_gets_its_hooks_once() -> None:
    cfg = Config(dict(custom_hooks=[dict(type='A')]))
    always = {'progress': 'mmagic.ProgressHook', 'matching': 'mmagic.MatchingCheckpointHook'}
    of_training = {
        'random_state': 'mmagic.RandomStateHook',
        'interruption': 'mmagic.InterruptionHook',
        'finite': 'mmagic.NonFiniteHook',
        'continuing': 'mmagic.ContinuingHook',
        'preflight': 'mmagic.PreflightHook',
    }
    wanted = {**always, **of_training}
    assert hooks_of(cfg) == wanted
    assert hooks_of(cfg) == wanted
    assert cfg.custom_hooks == [dict(type='A')]
    assert hooks_of(Config(), training=False) == always


def test_hooks_that_are_there_or_turned_off_stay_so() -> None:
    cfg = Config(
        dict(
            default_hooks=dict(
                timer=dict(type='IterTimerHook'),
                **dict.fromkeys(('progress', 'matching', 'samples')),
                **dict.fromkeys(('interruption', 'finite', 'continuing', 'preflight')),
            ),
            custom_hooks=[dict(type='mmagic.RandomStateHook')],
        )
    )
    assert hooks_of(cfg) == {'timer': 'IterTimerHook'}
