"""Distributed runs on the CPU: set-up, wrapping, gradients, keys of checkpoints."""

from pathlib import Path

import distributed_jobs
import fresh_process
import pytest
import torch

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(torch.cuda.is_available(), reason='the defects are those of CPU machines'),
]


@pytest.mark.parametrize(
    'job',
    [
        distributed_jobs.wrap_a_cpu_module,
        distributed_jobs.gradients_are_averaged,
        distributed_jobs.keys_are_those_of_one_process,
    ],
)
def test_on_two_processes(tmp_path: Path, job) -> None:
    status = fresh_process.run_distributed(job, log=tmp_path / 'log.txt')
    logs = '\n'.join(path.read_text() for path in sorted(tmp_path.glob('log_*.txt')))
    assert status == [0, 0], logs
