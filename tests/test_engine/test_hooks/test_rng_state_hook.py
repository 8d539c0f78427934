"""A resumed run equals an undisturbed one, bit for bit."""

import inspect
from pathlib import Path
from typing import Any

import pytest
import torch
import toy_runner
from mmengine.runner import IterBasedTrainLoop
from toy_runner import assert_equal_runs, disturb

from projects.ecgan.compat.safe_checkpoints import safe_load


def final(work_dir: Path, name: str) -> dict[str, Any]:
    return safe_load(work_dir / name)


@pytest.mark.parametrize('seed', [3, None])
@pytest.mark.parametrize('endless', [True, False])
def test_iterations_resume_exactly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, endless: bool, seed: int | None
) -> None:
    monkeypatch.setattr('time.sleep', lambda seconds: None)  # MMEngine sleeps between epochs
    # 10 samples, batches of 2: without an endless sampler the epoch ends after 5 iterations.
    options = dict(endless=endless, seed=seed, iterations=12)
    toy_runner.build_runner(tmp_path / 'whole', **options).train()
    disturb()
    for point in (2, 6, 10):
        toy_runner.build_runner(
            tmp_path / f'resumed_{point}',
            load_from=str(tmp_path / 'whole' / f'iter_{point}.pth'),
            resume=True,
            **options,
        ).train()
        assert_equal_runs(
            final(tmp_path / 'whole', 'iter_12.pth'),
            final(tmp_path / f'resumed_{point}', 'iter_12.pth'),
        )


@pytest.mark.skipif(
    'fast_forward_on_resume' not in inspect.signature(IterBasedTrainLoop).parameters,
    reason="only OneDL's MMEngine can leave out the skipping",
)
def test_a_loop_that_skips_nothing_resumes_exactly(tmp_path: Path) -> None:
    toy_runner.build_runner(tmp_path / 'whole').train()
    disturb()
    resume = dict(load_from=str(tmp_path / 'whole' / 'iter_4.pth'), resume=True)
    runner = toy_runner.build_runner(tmp_path / 'resumed', **resume)
    runner._train_loop['fast_forward_on_resume'] = True
    runner.train()
    assert_equal_runs(
        final(tmp_path / 'whole', 'iter_6.pth'), final(tmp_path / 'resumed', 'iter_6.pth')
    )


def test_without_the_hook_a_resumed_run_differs(tmp_path: Path) -> None:
    toy_runner.build_runner(tmp_path / 'whole', hook=False).train()
    disturb()
    resume = dict(load_from=str(tmp_path / 'whole' / 'iter_2.pth'), resume=True)
    toy_runner.build_runner(tmp_path / 'resumed', hook=False, **resume).train()
    runs = [final(tmp_path / name, 'iter_6.pth') for name in ('whole', 'resumed')]
    means = [run['message_hub']['log_scalars']['train/input_mean'].data[0] for run in runs]
    assert means[0].tolist() != means[1].tolist()


def test_epochs_resume_exactly(tmp_path: Path) -> None:
    options = dict(endless=False, by_epoch=True, iterations=4)
    toy_runner.build_runner(tmp_path / 'whole', **options).train()
    disturb()
    resume = dict(load_from=str(tmp_path / 'whole' / 'epoch_2.pth'), resume=True)
    toy_runner.build_runner(tmp_path / 'resumed', **options, **resume).train()
    assert_equal_runs(
        final(tmp_path / 'whole', 'epoch_4.pth'), final(tmp_path / 'resumed', 'epoch_4.pth')
    )


def test_workers_and_validation_change_nothing(tmp_path: Path) -> None:
    toy_runner.build_runner(tmp_path / 'plain', workers=0, validate=False).train()
    toy_runner.build_runner(tmp_path / 'workers', workers=2, validate=True).train()
    assert_equal_runs(
        final(tmp_path / 'plain', 'iter_6.pth'), final(tmp_path / 'workers', 'iter_6.pth')
    )


def test_best_checkpoint_holds_the_state_of_the_training(tmp_path: Path) -> None:
    toy_runner.build_runner(tmp_path, iterations=2, save_best='toy/score', rule='greater').train()
    toy_runner.build_runner(tmp_path / 'no_val', iterations=2, validate=False).train()
    best = final(tmp_path, 'best_toy_score_iter_2.pth')['random_state'][0]
    plain = final(tmp_path / 'no_val', 'iter_2.pth')['random_state'][0]
    assert torch.equal(best['torch'], plain['torch'])


def test_loading_weights_does_not_restore_random_numbers(tmp_path: Path) -> None:
    toy_runner.build_runner(tmp_path / 'first', iterations=2).train()
    runner = toy_runner.build_runner(
        tmp_path / 'second', seed=4, load_from=str(tmp_path / 'first' / 'iter_2.pth'), iterations=2
    )
    runner.train()
    seeds = [
        final(tmp_path / name, 'iter_2.pth')['random_state'][0]['data_seed']
        for name in ('first', 'second')
    ]
    assert seeds == [3, 4]


@pytest.mark.slow
def test_another_number_of_processes_is_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    toy_runner.build_runner(tmp_path / 'first', iterations=2).train()
    path = tmp_path / 'first' / 'iter_2.pth'
    checkpoint = safe_load(path)
    checkpoint['random_state'] *= 2
    torch.save(checkpoint, path)
    runner = toy_runner.build_runner(
        tmp_path / 'second', iterations=3, load_from=str(path), resume=True
    )
    runner.train()
    output = capsys.readouterr()
    assert 'from a run on 2 processes, this one has 1' in output.out + output.err
