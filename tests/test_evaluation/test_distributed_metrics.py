"""The same number on one process and on two, with an uneven last batch."""

import json
import multiprocessing
from pathlib import Path

import pytest
import torch
import torch.distributed as dist
from evaluation_toys import ToyGenerator, evaluate, write_segmentor
from fresh_process import free_port

from projects.ecgan.evaluation import FeatureDistance, PairedSSIM, SegmentationFidelity

# 2: no repeated sample. 5: uneven last batch. 7: one repeated sample, full batches.
LENGTHS = (2, 5, 7)


def _measure(segmentor: dict) -> dict[str, list]:
    outcome = {}
    for length in LENGTHS:
        metrics = [
            SegmentationFidelity(segmentor),
            FeatureDistance({'type': 'segmentor', **segmentor}),
            PairedSSIM(),
        ]
        result = evaluate(metrics, length, ToyGenerator(wrong=1), size=16)
        outcome[str(length)] = [result, [metric.num_images for metric in metrics]]
    return outcome


def _work(rank: int, port: int, segmentor: dict, folder: Path) -> None:
    # A forked process must not touch the thread pool of its parent.
    torch.set_num_threads(1)
    dist.init_process_group('gloo', init_method=f'tcp://127.0.0.1:{port}', rank=rank, world_size=2)
    outcome = _measure(segmentor)
    (folder / f'rank{rank}.json').write_text(json.dumps(outcome))
    dist.destroy_process_group()


@pytest.mark.slow
def test_two_processes_equal_one(tmp_path):
    segmentor = write_segmentor(tmp_path)
    alone = _measure(segmentor)
    context, port = multiprocessing.get_context('fork'), free_port()
    workers = [
        context.Process(target=_work, args=(rank, port, segmentor, tmp_path)) for rank in range(2)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=120)
    assert [worker.exitcode for worker in workers] == [0, 0]
    for rank in range(2):
        together = json.loads((tmp_path / f'rank{rank}.json').read_text())
        assert together == alone
        for length in LENGTHS:
            assert together[str(length)][1] == [length] * 3
