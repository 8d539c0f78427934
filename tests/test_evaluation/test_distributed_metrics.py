"""The same number on one process and on two, with an uneven last batch."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from evaluation_toys import ToyGenerator, evaluate, write_segmentor

from projects.ecgan.evaluation import SegmentationFidelity

WORKER = """
import json, sys
import torch.distributed as dist
rank, port, folder = int(sys.argv[1]), sys.argv[2], sys.argv[3]
dist.init_process_group('gloo', init_method=f'tcp://127.0.0.1:{port}', rank=rank, world_size=2)
import projects.ecgan
from evaluation_toys import ToyGenerator, evaluate, write_segmentor
from projects.ecgan.evaluation import SegmentationFidelity
outcome = {}
for length in map(int, sys.argv[4:]):
    metric = SegmentationFidelity(
        dict(config=f'{folder}/grey.py', checkpoint=f'{folder}/grey.pth'))
    result = evaluate([metric], length=length, model=ToyGenerator(wrong=1))
    outcome[length] = [result, metric.num_images]
json.dump(outcome, open(f'{folder}/rank{rank}.json', 'w'))
"""


def _free_port() -> int:
    with socket.socket() as server:
        server.bind(('127.0.0.1', 0))
        return server.getsockname()[1]


# 1: a rank has nothing of its own. 5: uneven last batch. 7: one repeated sample, full batches.
LENGTHS = (1, 5, 7)


@pytest.mark.slow
def test_two_processes_equal_one(tmp_path, repo_root):
    segmentor = write_segmentor(tmp_path)
    paths = [str(repo_root), str(Path(__file__).parent)]
    environment = {**os.environ, 'PYTHONPATH': os.pathsep.join(paths), 'OMP_NUM_THREADS': '1'}
    arguments = [str(_free_port()), str(tmp_path), *map(str, LENGTHS)]
    workers = [
        subprocess.Popen(
            [sys.executable, '-c', WORKER, str(rank), *arguments], env=environment, cwd=tmp_path
        )
        for rank in range(2)
    ]
    alone = {
        length: evaluate(
            [SegmentationFidelity(segmentor)], length=length, model=ToyGenerator(wrong=1)
        )
        for length in LENGTHS
    }
    assert [worker.wait(timeout=240) for worker in workers] == [0, 0]
    for rank in range(2):
        outcome = json.loads((tmp_path / f'rank{rank}.json').read_text())
        for length in LENGTHS:
            together, num_images = outcome[str(length)]
            assert together == alone[length]
            assert num_images == length
