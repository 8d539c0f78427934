"""A run that goes on with another config does what that config says, or is refused."""

import math
import shutil
from pathlib import Path

import pytest
import torch
from continuing_toys import CONFIG, load, resume, run
from mmengine.config import Config

from projects.ecgan.errors import COMPLETE_STATUS

LONGER = 'train_cfg.max_iters=12'


@pytest.fixture(scope='module')
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four iterations, the rate at 0 in the last one."""
    work = tmp_path_factory.mktemp('trained') / 'work'
    status, seen = run(work)
    assert status == 0 and seen[4]['lr'] == 0
    return work


@pytest.fixture
def work(trained: Path, tmp_path: Path) -> Path:
    """A copy of that run."""
    work = Path(shutil.copytree(trained, tmp_path / 'work'))
    # It names the checkpoint of the other folder.
    (work / 'last_checkpoint').unlink()
    return work


SCHEDULE = dict(by_epoch=False)
SCHEDULES = {
    'moved': dict(type='LinearLR', start_factor=1.0, end_factor=0.0, begin=6, end=12, **SCHEDULE),
    'cosine': dict(type='CosineAnnealingLR', T_max=12, **SCHEDULE),
    'cosine after': dict(type='CosineAnnealingLR', begin=5, end=12, eta_min=0.001, **SCHEDULE),
    'poly': dict(type='PolyLR', power=0.9, begin=0, end=12, **SCHEDULE),
    'steps': dict(type='MultiStepLR', milestones=[3, 7, 9], gamma=0.5, **SCHEDULE),
    'exponential': dict(type='ExponentialLR', gamma=0.9, **SCHEDULE),
    'two': [
        dict(type='LinearLR', start_factor=0.1, begin=0, end=6, **SCHEDULE),
        dict(type='CosineAnnealingLR', begin=6, end=12, **SCHEDULE),
    ],
    'none': None,
    'of betas': dict(type='CosineAnnealingMomentum', T_max=12, **SCHEDULE),
}


@pytest.mark.parametrize('kind', SCHEDULES)
def test_a_schedule_is_that_of_the_config_in_every_iteration(work: Path, kind: str) -> None:
    config = f'{CONFIG}\nparam_scheduler = {SCHEDULES[kind]!r}'
    status, seen = resume(work, LONGER, config=config)
    assert status == 0 and list(seen) == list(range(5, 13))
    _, undisturbed = run(work.parent / 'whole', '--cfg-options', LONGER, config=config)
    for iteration, found in seen.items():
        for key in ('lr', 'betas'):
            assert found[key] == undisturbed[iteration][key], (iteration, key)
    assert not torch.equal(load(work, 12)['state_dict']['body.weight'], seen[5]['weight'])
    # And on from there, exactly: the checkpoint has the new schedule.
    again = resume_from(work, 8, LONGER, config=config)
    assert {key: found['lr'] for key, found in again.items()} == {
        key: seen[key]['lr'] for key in range(9, 13)
    }


def resume_from(work: Path, iteration: int, *options: str, config: str = CONFIG) -> dict:
    checkpoint = str(work / f'iter_{iteration}.pth')
    status, seen = run(work, '--resume', checkpoint, '--cfg-options', *options, config=config)
    assert status == 0
    return seen


def test_rates_are_those_of_the_formula(work: Path) -> None:
    options = ('param_scheduler.begin=6', 'param_scheduler.end=12', LONGER)
    _, seen = resume(work, 'optim_wrapper.optimizer.lr=0.02', *options)
    expected = [0.02 * (1 - max(0, step - 6) / 5) for step in range(4, 12)]
    assert [found['lr'] for found in seen.values()] == pytest.approx(expected)


def test_cosine_in_place_of_linear_is_a_cosine(work: Path) -> None:
    config = f'{CONFIG}\nparam_scheduler = {SCHEDULES["cosine"]!r}'
    _, seen = resume(work, LONGER, config=config)
    expected = [0.005 * (1 + math.cos(math.pi * step / 12)) for step in range(4, 12)]
    assert [found['lr'] for found in seen.values()] == pytest.approx(expected)


@pytest.mark.parametrize(
    ('option', 'key', 'value'),
    [
        ('optim_wrapper.optimizer.lr=0.5', 'initial_lr', 0.5),
        ('optim_wrapper.optimizer.betas=(0.5,0.99)', 'betas', (0.5, 0.99)),
        ('optim_wrapper.optimizer.eps=0.125', 'eps', 0.125),
        ('optim_wrapper.optimizer.weight_decay=0.25', 'weight_decay', 0.25),
        ('model.pixel_loss.loss_weight=4.0', 'loss_weight', 4.0),
        ('model.ema_config.momentum=0.5', 'momentum', 0.5),
        ('train_dataloader.batch_size=3', 'samples', 3),
        ('train_dataloader.dataset.length=3', 'samples', 2),
        ('optim_wrapper.accumulative_counts=2', 'accumulated', 2),
        ('optim_wrapper.type=Bfloat16OptimWrapper', 'wrapper', 'Bfloat16OptimWrapper'),
    ],
)
def test_a_setting_takes_effect_in_the_next_iteration_and_is_said(
    work: Path, capfd: pytest.CaptureFixture, option: str, key: str, value: object
) -> None:
    name = option.partition('=')[0]
    arguments = ('--resume', '--quiet', '--cfg-options', option, LONGER)
    status, seen = run(work, *arguments)
    found = seen[5][key]
    assert status == 0 and (tuple(found) if isinstance(found, list) else found) == value
    said = ''.join(capfd.readouterr())
    assert f'the run goes on with another {name}: ' in said
    assert 'the run goes on with another train_cfg.max_iters: 4 -> 12' in said
    (entry,) = [line for line in load(work, 12)['meta']['continued'] if name in line]
    assert entry.startswith(f'iteration 4: {name}: ')
    # What ran is what the work dir says.
    saved = Config.fromfile(work / 'toy.py')
    assert saved.train_cfg.max_iters == 12


@pytest.mark.parametrize(
    ('option', 'key'),
    [
        ('model.body.width=3', 'model.body.width: 2 -> 3'),
        ('model.body.type=OtherBody', "model.body.type: 'ToyBody' -> 'OtherBody'"),
        ('model.ema_config=None', 'model.ema_config: '),
        (
            'model.ema_config.type=StochasticWeightAverage',
            "model.ema_config.type: 'ExponentialMovingAverage' -> 'StochasticWeightAverage'",
        ),
        ('optim_wrapper.optimizer.type=SGD', "optim_wrapper.optimizer.type: 'Adam' -> 'SGD'"),
        ('optim_wrapper.optimizer.amsgrad=True', 'optim_wrapper.optimizer.amsgrad: absent -> True'),
        (
            'train_cfg.type=EpochBasedTrainLoop',
            "train_cfg.type: 'IterBasedTrainLoop' -> 'EpochBasedTrainLoop'",
        ),
        ("custom_hooks=[dict(type='EMAHook')]", 'custom_hooks.EMAHook: absent -> '),
    ],
)
def test_what_can_not_change_is_refused_and_leaves_no_trace(
    work: Path, capfd: pytest.CaptureFixture, option: str, key: str
) -> None:
    config = CONFIG
    if '[' in option:
        config, option = f'{CONFIG}\n{option}', 'log_level=INFO'
    before = {path: path.read_bytes() for path in work.rglob('*') if path.is_file()}
    status, seen = resume(work, option, LONGER, config=config)
    assert (status, seen) == (2, {})
    error = capfd.readouterr().err.splitlines()[-1]
    assert error.startswith('error: ') and key in error
    assert f'load_from={work}/iter_4.pth without --resume' in error and 'a new work dir' in error
    assert {path: path.read_bytes() for path in work.rglob('*') if path.is_file()} == before


def test_another_number_of_optimisers_is_refused(work: Path, capfd: pytest.CaptureFixture) -> None:
    config = f"""{CONFIG}
del optim_wrapper
optim_wrapper = dict(
    constructor='mmagic.MultiOptimWrapperConstructor',
    body=dict(optimizer=dict(type='Adam', lr=0.01)))
"""
    status, _ = resume(work, LONGER, config=config)
    assert status == 2
    assert 'can not go on with another optim_wrapper.' in capfd.readouterr().err


def test_other_groups_are_refused_and_the_saved_config_stays(
    work: Path, capfd: pytest.CaptureFixture
) -> None:
    before = (work / 'toy.py').read_bytes()
    # One group for each tensor: seen only once the optimiser is built.
    status, seen = resume(work, 'optim_wrapper.paramwise_cfg.bias_lr_mult=2.0', LONGER)
    assert (status, seen) == (2, {})
    assert 'updates 4 tensors in 1 groups, in the config 2 in 2 - ' in capfd.readouterr().err
    assert (work / 'toy.py').read_bytes() == before


def test_what_is_the_same_goes_on_exactly_without_a_word(
    work: Path, capfd: pytest.CaptureFixture
) -> None:
    whole = load(work, 4)
    seen = resume_from(work, 2)
    assert list(seen) == [3, 4]
    assert 'another' not in ''.join(capfd.readouterr())
    again = load(work, 4)
    for key, value in whole['state_dict'].items():
        assert torch.equal(value, again['state_dict'][key])
    assert 'continued' not in again['meta']
    assert whole['param_schedulers'] == again['param_schedulers']
    assert whole['optimizer']['param_groups'] == again['optimizer']['param_groups']


def test_moments_stay(work: Path) -> None:
    before = load(work, 4)['optimizer']['state'][0]
    config = CONFIG.replace('begin=2, end=4', 'begin=2, end=40')
    resume(work, 'train_cfg.max_iters=5', 'default_hooks.checkpoint.interval=1', config=config)
    after = load(work, 5)['optimizer']['state'][0]
    assert after['step'] == before['step'] + 1 == 5


@pytest.mark.parametrize('end', [4, 3])
def test_a_complete_run_says_so(work: Path, capfd: pytest.CaptureFixture, end: int) -> None:
    before = sorted(work.rglob('*'))
    status, seen = resume(work, f'train_cfg.max_iters={end}')
    assert (status, seen) == (COMPLETE_STATUS, {})
    said = capfd.readouterr().err.splitlines()[-1]
    assert said.startswith('the run is complete, nothing was done: ')
    assert f'is at iteration 4 of train_cfg.max_iters = {end}; ' in said
    assert sorted(work.rglob('*')) == before


def test_a_validation_that_is_due_is_not_complete(work: Path) -> None:
    content = load(work, 4)
    content['interruption'] = dict(validation_due=True)
    torch.save(content, work / 'iter_4.pth')
    assert resume(work)[0] == 0


def test_another_seed_gives_other_random_numbers(work: Path, capfd: pytest.CaptureFixture) -> None:
    moved = ('param_scheduler.end=40', LONGER)
    status, other = resume(work, 'randomness.seed=4', *moved)
    assert status == 0
    assert 'randomness.seed: 3 -> 4, random numbers begin anew' in ''.join(capfd.readouterr())
    assert load(work, 12)['meta']['seed'] == 4
    same = resume_from(work, 4, *moved)
    assert same[5]['loss'] != other[5]['loss']
    # No seed in a config is none that could differ.
    capfd.readouterr()
    resume_from(work, 4, *moved, 'randomness.seed=None')
    assert 'another randomness' not in ''.join(capfd.readouterr())


def test_by_epochs(tmp_path: Path) -> None:
    config = CONFIG.replace('by_epoch=False', 'by_epoch=True').replace(
        "'IterBasedTrainLoop', max_iters=4, val_interval=100", "'EpochBasedTrainLoop', max_epochs=4"
    )
    config = config.replace("'InfiniteSampler'", "'DefaultSampler'")
    work, longer = tmp_path / 'work', ('train_cfg.max_epochs=8', 'param_scheduler.end=8')
    assert run(work, config=config)[0] == 0
    assert resume(work, config=config)[0] == COMPLETE_STATUS
    status, seen = resume(work, *longer, config=config)
    assert status == 0 and list(seen) == list(range(21, 41))
    _, undisturbed = run(tmp_path / 'whole', '--cfg-options', *longer, config=config)
    assert all(found['lr'] == undisturbed[key]['lr'] for key, found in seen.items())
    assert seen[25]['lr'] == pytest.approx(0.01 * 3 / 5)


def test_rates_that_follow_the_validations_are_refused(
    work: Path, capfd: pytest.CaptureFixture
) -> None:
    schedule = dict(type='ReduceOnPlateauLR', monitor='loss')
    status, seen = resume(work, LONGER, config=f'{CONFIG}\nparam_scheduler = {schedule!r}')
    assert (status, seen) == (2, {})
    assert 'ReduceOnPlateau' in capfd.readouterr().err


@pytest.mark.parametrize('config', ['', 'a = print()'])
def test_what_a_checkpoint_lacks_is_said(
    work: Path, capfd: pytest.CaptureFixture, config: str
) -> None:
    content = load(work, 4)
    del content['optimizer'], content['param_schedulers']
    content['meta']['cfg'] = config
    torch.save(content, work / 'iter_4.pth')
    status, seen = resume(work, LONGER, 'param_scheduler.begin=6', 'param_scheduler.end=12')
    assert status == 0
    said = ''.join(capfd.readouterr())
    assert 'carries no config to compare: what changed since can not be told' in said
    assert 'holds no state of the optimisers: their moments begin anew' in said
    assert seen[9]['lr'] == pytest.approx(0.01 * 3 / 5)


def test_resume_of_the_config_itself(work: Path) -> None:
    status, seen = run(work, '--cfg-options', 'resume=True', LONGER)
    assert status == 0 and list(seen) == list(range(5, 13))
    status, seen = run(work, '--cfg-options', 'resume=True', LONGER)
    assert status == COMPLETE_STATUS


@pytest.mark.parametrize(
    ('option', 'kept'), [('save_best=other_acc', False), ('rule=less', False), ('interval=4', True)]
)
def test_the_best_so_far_is_forgotten_where_it_does_not_compare(
    work: Path, capfd: pytest.CaptureFixture, option: str, kept: bool
) -> None:
    content = load(work, 4)
    for part, value in (('runtime_info', 1.0), ('resumed_keys', True)):
        content['message_hub'][part].update(best_score=value, best_ckpt=value)
    torch.save(content, work / 'iter_4.pth')
    assert resume(work, LONGER, f'default_hooks.checkpoint.{option}')[0] == 0
    hub = load(work, 12)['message_hub']
    assert ('best_score' in hub['runtime_info']) == kept == ('best_ckpt' in hub['resumed_keys'])
    said = ''.join(capfd.readouterr())
    assert ('the best of the validations so far is forgotten' in said) != kept
