"""A run that goes on with another config: two optimisers, one process and two."""

from pathlib import Path

import fresh_process
import pytest
from checkpoints import differences, load
from toolbox_runs import logged

from projects.ecgan.errors import COMPLETE_STATUS

pytestmark = pytest.mark.slow
SMOKE = 'configs/ecgan/ecgan_smoke_1xb2-2iters_scenes-64x64.py'
CHANGES = ('train_cfg.max_iters=4', 'param_scheduler.begin=1', 'param_scheduler.end=4')
RATE = 'optim_wrapper.generator.optimizer.lr=0.008'


def run(work_dir: Path, *arguments: str, options: tuple[str, ...] = ()) -> tuple[int, str]:
    argv = [SMOKE, '--work-dir', str(work_dir), *arguments]
    argv += ['--cfg-options', 'default_hooks.samples=None', 'train_cfg.val_interval=9', *options]
    log = work_dir.with_suffix('.log')
    if 'pytorch' not in arguments:
        return fresh_process.run(fresh_process.run_script, 'tools/train.py', argv, log=log), (
            log.read_text()
        )
    status = fresh_process.run_distributed(
        fresh_process.run_script, 'tools/train.py', argv, log=log
    )
    logs = [log.with_name(f'{log.stem}_{rank}.log').read_text() for rank in (0, 1)]
    assert status[0] == status[1], logs
    return status[0], ''.join(logs)


@pytest.mark.parametrize('launcher', ['none', 'pytorch'])
def test_rates_and_schedules_of_both_optimisers(tmp_path: Path, launcher: str) -> None:
    parts, whole = tmp_path / 'parts', tmp_path / 'whole'
    how = ('--launcher', launcher, '--quiet')
    assert run(parts, *how)[0] == 0
    status, said = run(parts, *how, '--resume')
    assert status == COMPLETE_STATUS and said.count('the run is complete, nothing was done') == 1
    status, said = run(parts, *how, '--resume', options=(*CHANGES, RATE))
    assert status == 0, said
    assert said.count('the run goes on with another train_cfg.max_iters: 2 -> 4') == 1
    assert said.count('optim_wrapper.generator.optimizer.lr: 0.004 -> 0.008') == 1
    assert run(whole, '--quiet', options=(*CHANGES, RATE))[0] == 0
    left, right = (load(folder, 4, ('param_schedulers',)) for folder in (parts, whole))
    assert differences(left, right) == []
    left, right = (load(folder, 4, ('optimizer',))['optimizer'] for folder in (parts, whole))
    for name in ('generator', 'discriminator'):
        assert differences(left[name]['param_groups'], right[name]['param_groups']) == []
    rates = logged(parts, 'generator.lr')
    assert rates[3] == pytest.approx(0.004) == logged(whole, 'generator.lr')[3], rates


def test_what_a_gan_can_not_change_is_refused(tmp_path: Path) -> None:
    work = tmp_path / 'work'
    assert run(work, '--quiet')[0] == 0
    saved = (work / Path(SMOKE).name).read_bytes()
    for option, key in (
        ('model.generator.base_channels=8', 'model.generator.base_channels: 4 -> 8'),
        ('model.ema_config=None', 'model.ema_config: '),
        ('model.label_generator=None', 'model.label_generator: '),
        ('optim_wrapper.generator.modules=["generator"]', 'optim_wrapper.generator.modules: '),
        ('optim_wrapper.discriminator.optimizer.type=Adam', 'optim_wrapper.discriminator.optim'),
        ('model.type=Pix2Pix', "model.type: 'ECGAN' -> 'Pix2Pix'"),
        ('model.contrast_loss=None', '17 tensors are unknown here'),
    ):
        status, said = run(work, '--quiet', '--resume', options=(option, *CHANGES))
        last = said.splitlines()[-1]
        assert status == 2 and last.startswith('error: ') and key in last, said
        assert 'without --resume' in last and 'new work dir' in last
        assert (work / Path(SMOKE).name).read_bytes() == saved, option
